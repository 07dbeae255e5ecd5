from pathlib import Path

import pytest
import torch

from elman.tasks.translation.attention import plot_attention

α = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1]])
SOURCE, TARGET = ["▁Reset", "▁the", "▁filter"], ["▁Filter", "▁zurücksetzen"]


def test_draws_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    plot_attention(α, SOURCE, TARGET, path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"attention: there is a file .*map.png already"):
        plot_attention(α, SOURCE, TARGET, path)
    assert path.read_text() == "mine"


def test_a_kind_of_picture_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'xyz' is not supported"):
        plot_attention(α, SOURCE, TARGET, tmp_path / "map.xyz")
