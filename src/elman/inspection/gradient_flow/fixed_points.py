"""Fixed points of a cell: states that do not change while the input stays the same.

    h* = F(h*),     where F(h) is the next state for a constant input x: F(h) = f(x U + h V + b)

The eigenvalues of ∂F/∂h at a fixed point tell how the network behaves near it: it is stable, and
attracts the states around it, if all of them lie inside the unit circle (Sussillo & Barak 2013).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from elman.checks import check_positive, check_size
from elman.inspection.gradient_flow.jacobians import float64_copy, state_jacobians
from elman.layers import RNNCell


class FixedPoints(NamedTuple):
    """The N fixed points that were found, the slowest first.

    Attributes:
        h: `(N, H)`.
        speed: `‖F(h) − h‖`, `(N)`.
        eigenvalues: of ∂F/∂h, the largest absolute value first, `(N, H)`, complex.
        stable: whether all eigenvalues lie inside the unit circle, `(N)`.
    """

    h: Tensor
    speed: Tensor
    eigenvalues: Tensor
    stable: Tensor


def fixed_points(
    cell: RNNCell,
    x: Tensor,
    starts: Tensor,
    *,
    steps: int = 200,
    tolerance: float = 1e-9,
    distance: float = 1e-4,
) -> FixedPoints:
    """Searches for fixed points from many starting states, stable ones and others.

    It minimises the speed `q(h) = ½ ‖F(h) − h‖²` by the method of Levenberg and Marquardt: with
    `r = F(h) − h` and `A = ∂F/∂h − 1`, a step is `−(Aᵀ A + λ)⁻¹ Aᵀ r`. It is Newton's method for
    small λ, and small steps downhill for large λ. λ falls after a step that lowers q, else grows.

    Args:
        cell: any cell; it does not change.
        x: the constant input, `(I)`.
        starts: the starting states, `(N, H)`: states that the network has visited, or random ones.
        steps: the largest number of steps from each starting state.
        tolerance: a state with `‖F(h) − h‖` below it is a fixed point.
        distance: fixed points closer than this are one.

    Raises:
        TypeError, ValueError: `steps` is not a positive int, or another number is not positive.
    """
    check_size("steps", steps)
    check_positive("tolerance", tolerance)
    check_positive("distance", distance)
    cell, h = float64_copy(cell), starts.detach().double()
    X = x.detach().double().expand(1, len(h), -1)  # one time step for each starting state
    identity = torch.eye(h.shape[1], dtype=h.dtype, device=h.device)

    def residual(h: Tensor) -> Tensor:
        with torch.no_grad():
            return cell(X[0], h) - h

    # r = F(h) − h
    r = residual(h)
    λ = torch.ones_like(h[:, :1])
    for _ in range(steps):
        if (_length(r) < tolerance * 1e-3).all():
            break
        # A = ∂F/∂h − 1
        A = state_jacobians(cell, X, h)[0] - identity
        # (Aᵀ A + λ) d = −Aᵀ r
        A_T = A.transpose(1, 2)
        d = torch.linalg.solve(A_T @ A + λ.unsqueeze(2) * identity, -(A_T @ r.unsqueeze(2)))
        h_new = h + d.squeeze(2)
        r_new = residual(h_new)
        lower = _length(r_new).unsqueeze(1) < _length(r).unsqueeze(1)
        h, r = torch.where(lower, h_new, h), torch.where(lower, r_new, r)
        λ = torch.where(lower, λ / 10, λ * 10).clamp(1e-14, 1e14)

    h, speed = h[found := _length(r) < tolerance], _length(r)[found]
    h, speed = _distinct(h, speed, distance)
    J = state_jacobians(cell, X[:, : len(h)], h)[0]
    eigenvalues = torch.linalg.eigvals(J)
    order = eigenvalues.abs().argsort(dim=1, descending=True)
    eigenvalues = eigenvalues.gather(1, order)
    return FixedPoints(h, speed, eigenvalues, (eigenvalues.abs() < 1).all(1))


def _length(r: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(r, dim=-1)
    return length


def _distinct(h: Tensor, speed: Tensor, distance: float) -> tuple[Tensor, Tensor]:
    """The slowest of all states that are close to one another; `(N, H), (N)`."""
    kept: list[int] = []
    for n in speed.argsort().tolist():
        if all(_length(h[n] - h[other]) >= distance for other in kept):
            kept.append(n)
    return h[kept], speed[kept]
