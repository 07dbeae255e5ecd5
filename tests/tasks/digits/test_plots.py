from pathlib import Path

import numpy as np
import torch
from matplotlib.image import imread

from elman.tasks.digits.plots import plot_codes, plot_reconstructions


def test_reconstructions_have_a_row_for_each_name(tmp_path: Path) -> None:
    black, white = torch.ones(3, 16), torch.zeros(3, 16)
    path = tmp_path / "rows.png"
    plot_reconstructions({"black": black, "white": white}, path)
    picture = np.asarray(imread(path))[..., :3].mean(-1)
    upper, lower = np.array_split(picture, 2)
    assert upper.mean() < lower.mean() - 0.3  # a brightness of 1 is drawn black


def test_codes_are_drawn_in_a_colour_for_each_digit(tmp_path: Path) -> None:
    path = tmp_path / "codes.png"
    plot_codes(torch.randn(20, 5), torch.arange(20) % 10, path)
    colours = {tuple(pixel) for pixel in np.asarray(imread(path))[..., :3].reshape(-1, 3)}
    assert len(colours) > 10
