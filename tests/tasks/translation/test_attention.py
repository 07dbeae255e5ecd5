from pathlib import Path

import pytest
import torch

from elman.tasks.translation.attention import plot_attention

α = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.5, 0.2, 0.3]])
SOURCE, TRANSLATION = ["Reset", "the", "filter"], ["Filter", "zurück", "##setzen"]


def test_a_picture_is_written(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    plot_attention(α, SOURCE, TRANSLATION, path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"attention: the file .*map.png exists already"):
        plot_attention(α, SOURCE, TRANSLATION, path)
    assert path.read_text() == "mine"


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'xyz' is not supported"):
        plot_attention(α, SOURCE, TRANSLATION, tmp_path / "map.xyz")
