"""The cost surface around the path of a training (slide "Gradient descent").

A network's cost is a function of thousands of weights; a plot can show it over a plane. Here it is
the plane through the final weights that fits the path best, spanned by the path's two principal
directions (Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets").
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

MARGIN = 0.25  # around the path, as a fraction of its extent


class Plane(NamedTuple):
    """A plane in the space of all n weights.

    Attributes:
        origin: the weights at (0, 0), `(n)`.
        directions: two orthonormal vectors, `(2, n)`.
        explained: fraction of the path's squared distances from the origin that lies in the plane.
    """

    origin: Tensor
    directions: Tensor
    explained: float

    def coordinates(self, w: Tensor) -> Tensor:
        """The projection of weights onto the plane; `(…, n) → (…, 2)`."""
        return (w - self.origin) @ self.directions.T

    def weights(self, points: Tensor) -> Tensor:
        """The weights at points of the plane; `(…, 2) → (…, n)`."""
        return self.origin + points @ self.directions


class Surface(NamedTuple):
    """The cost over a plane, and along the path.

    Attributes:
        x: coordinates in the first direction, `(M)`.
        y: coordinates in the second direction, `(M)`.
        C: the cost at each `(x[j], y[i])`, `(M, M)`.
        projected: the path's points projected onto the plane, `(K, 2)`.
        C_projected: the cost at the projected points, `(K)`.
        C_path: the cost at the path's own points, `(K)`.
    """

    x: Tensor
    y: Tensor
    C: Tensor
    projected: Tensor
    C_projected: Tensor
    C_path: Tensor


def principal_plane(path: Tensor) -> Plane:
    """The plane through the last point of a path that fits the path best (least squares).

    Unlike in principal component analysis the plane goes through the last point, not the mean.

    Args:
        path: all weights at each point, `(K, n)`.

    Raises:
        ValueError: the path has fewer than three points.
    """
    if len(path) < 3:
        raise ValueError(
            f"the path of the weights has {len(path)} points, a plane needs three: train for at "
            "least two epochs"
        )
    _, s, Vh = torch.linalg.svd(path[:-1] - path[-1], full_matrices=False)
    # The signs of the directions are arbitrary: let the path begin at the upper left.
    start = Vh[:2] @ (path[0] - path[-1])
    signs = torch.where(start * torch.tensor([-1, 1]) < 0, -1, 1)
    return Plane(path[-1], signs[:, None] * Vh[:2], float((s[:2] ** 2).sum() / (s**2).sum()))


def cost_surface(
    plane: Plane, cost: Callable[[Tensor], float], path: Tensor, points: int
) -> Surface:
    """The cost over the region of a plane around a path.

    Args:
        plane: the plane.
        cost: C as a function of all weights `(n)`.
        path: all weights at each point, `(K, n)`.
        points: the number M of grid points in each direction.
    """
    projected = plane.coordinates(path)
    low, high = projected.amin(0), projected.amax(0)
    margin = MARGIN * (high - low).amax()
    x, y = (
        torch.linspace(float(a), float(b), points, dtype=path.dtype)
        for a, b in zip(low - margin, high + margin, strict=True)
    )
    grid = torch.cartesian_prod(y, x).flip(-1)  # (x, y) row by row, (M², 2)
    C, C_projected, C_path = (
        torch.tensor([cost(w) for w in weights])
        for weights in (map(plane.weights, grid), plane.weights(projected), path)
    )
    return Surface(x, y, C.view(points, points), projected, C_projected, C_path)
