"""A plot of the path of a training on the cost surface."""

from pathlib import Path

import numpy as np
from torch import Tensor

from elman.extras import require
from elman.inspection.cost_surface import Surface

require(__name__, "train", "matplotlib")
from matplotlib.colors import LogNorm  # noqa: E402 - after the sentence that says what is missing
from matplotlib.figure import Figure  # noqa: E402

LEVELS = 19  # number of contour lines
COLOURS = "viridis"
PATH_COLOUR = "red"
AXES = ("first principal direction of the path", "second principal direction")
UNITS = "(units of the weights)"


def plot_descent(surface: Surface, steps: Tensor, title: str, path: Path) -> None:
    """Plots the surface in 3D and as contours, each with the path, and the cost along the path.

    Args:
        surface: the cost surface.
        steps: number of training steps before each point of the path, `(K)`.
        title: of the plot.
        path: of the file to write.
    """
    x, y, C, projected, C_projected, C_path = (values.numpy() for values in surface)
    norm = LogNorm(C.min(), C.max())  # low costs differ by little, high costs by much
    figure = Figure(figsize=(14, 7), layout="constrained")
    figure.suptitle(title)
    grid = figure.add_gridspec(2, 2, height_ratios=[2, 1])

    view = figure.add_subplot(grid[:, 0], projection="3d", computed_zorder=False)
    X, Y = np.meshgrid(x, y)
    view.plot_surface(X, Y, C, cmap=COLOURS, norm=norm, rcount=len(y), ccount=len(x), zorder=1)
    view.plot(*projected.T, C_projected, "o-", color=PATH_COLOUR, markersize=3, zorder=2)
    view.set(xlabel=AXES[0], ylabel=AXES[1], zlabel="cost C")
    view.set_box_aspect((np.ptp(x), np.ptp(y), 0.7 * np.ptp(x)), zoom=0.85)

    contours = figure.add_subplot(grid[0, 1])
    levels = np.geomspace(C.min(), C.max(), LEVELS)
    filled = contours.contourf(x, y, C, levels=levels, cmap=COLOURS, norm=norm)
    contours.contour(x, y, C, levels=levels, colors="black", linewidths=0.3)
    figure.colorbar(filled, label="cost C (logarithmic)", format="%.2g", ticks=levels[::3])
    contours.plot(*projected.T, "o-", color=PATH_COLOUR, markersize=3)
    for text, point in (("start", projected[0]), ("end", projected[-1])):
        contours.annotate(text, point, (4, 6), textcoords="offset points", color=PATH_COLOUR)
    contours.set(
        title="colour: cost C on the plane; red: path of the training, one point per epoch",
        xlabel=f"{AXES[0]} {UNITS}",
        ylabel=f"{AXES[1]}\n{UNITS}",
        aspect="equal",
    )
    contours.title.set_fontsize(10)

    along = figure.add_subplot(grid[1, 1])
    along.plot(steps, C_path, label="on the path")
    along.plot(steps, C_projected, "--", label="on its projection onto the plane")
    along.set(xlabel="training steps", ylabel="cost C")
    along.legend()
    figure.savefig(path, dpi=120)
