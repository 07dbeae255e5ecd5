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


@pytest.mark.parametrize(
    "content",
    [
        torch.zeros(3),
        {"steps": torch.arange(2)},
        {"steps": [0, 1], "weights": torch.zeros(2, 6)},
        {"steps": torch.arange(3), "weights": torch.zeros(2, 6)},
        {"steps": torch.arange(0), "weights": torch.zeros(0, 6)},
        {"steps": torch.arange(2), "weights": torch.full((2, 6), torch.nan)},
        {"steps": torch.arange(2), "weights": torch.zeros(2, 6), "more": torch.zeros(1)},
    ],
)
def test_a_file_of_other_tensors_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "path.pt")
    with pytest.raises(ValueError, match=r"checkpoint: .*path\.pt is not the path of a training"):
        read_path(tmp_path / "path.pt", torch.nn.Linear(2, 2))
