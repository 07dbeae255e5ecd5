"""The way down a real cost surface (slide "Gradient descent").

A network's cost is a function of thousands of weights. Of that surface a picture can show a plane:
here the one through the final weights in which the path of the training lies as well as it can in
any, spanned by its principal directions (Li et al. 2018, "Visualizing the Loss Landscape").
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from torch import Tensor

MARGIN = 0.25  # of the path's extent, around it
LEVELS = 19  # contour lines
COLOURS = "viridis"
PATH_COLOUR = "red"


class Plane(NamedTuple):
    """A plane in the space of all n weights.

    Attributes:
        origin: the weights at (0, 0), `(n)`.
        directions: two of length 1 at a right angle, `(2, n)`.
        share: of the path's squared distances from the origin, how much lies in the plane.
    """

    origin: Tensor
    directions: Tensor
    share: float

    def coordinates(self, w: Tensor) -> Tensor:
        """The points of the plane that are nearest to weights; `(…, n) → (…, 2)`."""
        return (w - self.origin) @ self.directions.T

    def weights(self, points: Tensor) -> Tensor:
        """The weights at points of the plane; `(…, 2) → (…, n)`."""
        return self.origin + points @ self.directions


class Surface(NamedTuple):
    """The cost over a plane, and along the path.

    Attributes:
        x: coordinates in the first direction, `(M)`.
        y: in the second, `(M)`.
        C: the cost at each `(x[j], y[i])`, `(M, M)`.
        way: where in the plane the path's points are nearest to, `(K, 2)`.
        C_way: the cost there, `(K)`.
        C_path: the cost at the path's points themselves, `(K)`.
    """

    x: Tensor
    y: Tensor
    C: Tensor
    way: Tensor
    C_way: Tensor
    C_path: Tensor


def principal_plane(path: Tensor) -> Plane:
    """The plane through the last weights of a path that the path is nearest to.

    Args:
        path: all weights at each point, `(K, n)`.

    Raises:
        ValueError: a path of less than three points has no plane.
    """
    if len(path) < 3:
        raise ValueError(
            f"the path of the weights has {len(path)} points, a plane needs three: train for two "
            "epochs or more"
        )
    _, s, Vh = torch.linalg.svd(path[:-1] - path[-1], full_matrices=False)
    # Which way is right and up is nobody's choice: the path begins at the left and on top.
    start = Vh[:2] @ (path[0] - path[-1])
    signs = torch.where(start * torch.tensor([-1, 1]) < 0, -1, 1)
    return Plane(path[-1], signs[:, None] * Vh[:2], float((s[:2] ** 2).sum() / (s**2).sum()))


def surface(plane: Plane, cost: Callable[[Tensor], float], path: Tensor, points: int) -> Surface:
    """The cost over the part of a plane in which a path lies.

    Args:
        plane: of the path.
        cost: C of all weights `(n)`.
        path: all weights at each point, `(K, n)`.
        points: M, at which the cost is computed in each direction.
    """
    way = plane.coordinates(path)
    low, high = way.amin(0), way.amax(0)
    margin = MARGIN * (high - low).amax()
    x, y = (
        torch.linspace(float(a), float(b), points, dtype=path.dtype)
        for a, b in zip(low - margin, high + margin, strict=True)
    )
    grid = torch.cartesian_prod(y, x).flip(-1)  # (x, y) row by row, (M², 2)
    C, C_way, C_path = (
        torch.tensor([cost(w) for w in weights])
        for weights in (map(plane.weights, grid), plane.weights(way), path)
    )
    return Surface(x, y, C.view(points, points), way, C_way, C_path)


def plot_descent(found: Surface, steps: Tensor, title: str, picture: Path) -> None:
    """Draws the surface from the side and from above with the path on it, and the cost on the way.

    Args:
        found: the surface.
        steps: of training before each point of the path, `(K)`.
        title: of the picture.
        picture: the file to write.
    """
    x, y, C, way, C_way, C_path = (values.numpy() for values in found)
    norm = LogNorm(C.min(), C.max())  # what is low differs by little, what is high by much
    figure = Figure(figsize=(14, 7), layout="constrained")
    figure.suptitle(title)
    grid = figure.add_gridspec(2, 2, height_ratios=[2, 1])

    side = figure.add_subplot(grid[:, 0], projection="3d", computed_zorder=False)
    # As a sheet in the light of the costs' colours, the path lying on it.
    X, Y = np.meshgrid(x, y)
    side.plot_surface(X, Y, C, cmap=COLOURS, norm=norm, rcount=len(y), ccount=len(x), zorder=1)
    side.plot(*way.T, C_way, "o-", color=PATH_COLOUR, markersize=3, zorder=2)
    side.set(xlabel="first direction", ylabel="second direction", zlabel="cost C")
    side.set_box_aspect((np.ptp(x), np.ptp(y), 0.7 * np.ptp(x)), zoom=0.9)

    above = figure.add_subplot(grid[0, 1])
    levels = np.geomspace(C.min(), C.max(), LEVELS)
    filled = above.contourf(x, y, C, levels=levels, cmap=COLOURS, norm=norm)
    above.contour(x, y, C, levels=levels, colors="black", linewidths=0.3)
    figure.colorbar(filled, label="cost C", format="%.2g", ticks=levels[::3])
    above.plot(*way.T, "o-", color=PATH_COLOUR, markersize=3)
    for text, point in (("start", way[0]), ("end", way[-1])):
        above.annotate(text, point, (4, 6), textcoords="offset points", color=PATH_COLOUR)
    above.set(xlabel="first direction", ylabel="second direction", aspect="equal")

    along = figure.add_subplot(grid[1, 1])
    along.plot(steps, C_path, label="on the path")
    along.plot(steps, C_way, "--", label="nearest to it in the plane")
    along.set(xlabel="training steps", ylabel="cost C")
    along.legend()
    figure.savefig(picture, dpi=120)
