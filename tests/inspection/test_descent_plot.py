from pathlib import Path

import torch

from elman.inspection.cost_surface import Surface
from elman.inspection.descent_plot import plot_descent


def test_the_plot_is_written(tmp_path: Path) -> None:
    C = torch.rand(4, 4) + 1
    x = torch.linspace(-1, 1, 4)
    surface = Surface(x, x, C, torch.rand(5, 2), torch.rand(5), torch.rand(5))
    plot_descent(surface, torch.arange(5), "a title", tmp_path / "descent.png")
    assert (tmp_path / "descent.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
