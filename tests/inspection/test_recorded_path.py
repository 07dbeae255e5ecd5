from pathlib import Path

import pytest
import torch

from elman.inspection.recorded_path import read_path


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "path.pt"
    file.write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"path\.pt is damaged"):
        read_path(file, torch.nn.Linear(2, 2))


def test_the_path_of_another_network_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "path.pt"
    torch.save({"steps": torch.arange(3), "weights": torch.zeros(3, 7)}, file)
    with pytest.raises(ValueError, match="is not the path of this network's 6 weights"):
        read_path(file, torch.nn.Linear(2, 2))
