"""Weight initializations, by name or as functions.

U `(I, H)` and V `(H, H)` are multiplied from the left, so column k has the incoming weights of unit
k.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_positive, check_size

Initialization = Callable[[Tensor], Tensor]  # sets a weight in place and returns it


def uniform(weight: Tensor) -> Tensor:
    """Uniform between ±1/√n, with n the size of the last dimension, as in torch.nn.RNN."""
    bound = weight.shape[-1] ** -0.5
    return nn.init.uniform_(weight, -bound, bound)


@torch.no_grad()
def scaled_identity(weight: Tensor, scale: float = 0.01) -> Tensor:
    """`V = scale · 1` (Le, Jaitly & Hinton 2015).

    With ReLU, the state then decays by this factor at each time step. The paper has 1 for long
    memories ("identity") and 0.01 for speech.

    Raises:
        ValueError: `scale` is not greater than zero.
    """
    check_positive("scale", scale)
    return nn.init.eye_(weight).mul_(scale)


def sparse(weight: Tensor, nonzero: int = 15) -> Tensor:
    """Each unit has `nonzero` incoming weights, at random places (Martens 2010).

    They are normally distributed with variance 1/nonzero. Then the spectral radius of a large V is
    about 1; `spectral_radius` makes it exact, as Sutskever, Martens & Hinton 2011 do.

    Raises:
        TypeError, ValueError: `nonzero` is not a positive int.
    """
    rows = len(weight)
    # torch rounds the number of zeros in a column up.
    zeros = rows - min(rows, check_size("nonzero", nonzero)) - 0.5
    return nn.init.sparse_(weight, max(0.0, zeros / rows), std=nonzero**-0.5)


@torch.no_grad()
def spectral_radius(weight: Tensor, radius: float = 0.95, nonzero: int | None = None) -> Tensor:
    """`V ← radius · V / ρ(V)`, with ρ the largest absolute eigenvalue (Jaeger 2001).

    Args:
        weight: `(H, H)`.
        radius: the spectral radius. Below 1, a state without input is forgotten.
        nonzero: incoming weights of each unit, see `sparse`; None: all. (Pascanu et al. 2013 have
            15 and radius 0.95, their "smart tanh".)

    Raises:
        ValueError: `weight` is not square, or `radius` is not greater than zero.
    """
    check_positive("radius", radius)
    if weight.dim() != 2 or weight.shape[0] != weight.shape[1]:
        raise ValueError(f"spectral_radius needs a square weight such as V, got {(*weight.shape,)}")
    sparse(weight, len(weight) if nonzero is None else nonzero)
    # float64, since torch has no eigenvalues of 16-bit matrices
    eigenvalues = torch.linalg.eigvals(weight.to(torch.promote_types(weight.dtype, torch.float64)))
    return weight.mul_(radius / eigenvalues.abs().max())


INITIALIZATIONS: dict[str, Initialization] = {
    "uniform": uniform,
    "xavier": nn.init.xavier_uniform_,  # Glorot & Bengio 2010: keeps the variance of U's outputs
    "orthogonal": nn.init.orthogonal_,  # Saxe et al. 2014: V keeps the length of h
    "identity": nn.init.eye_,  # Le et al. 2015, the IRNN: V keeps h, with ReLU
    "scaled_identity": scaled_identity,
    "sparse": sparse,
    "spectral_radius": spectral_radius,
}


def initialization(argument: str, init: str | Initialization) -> Initialization:
    """The initialization with this name; a function is returned as it is.

    Raises:
        ValueError: the name is unknown; the message names the `argument`.
    """
    if callable(init):
        return init
    if not isinstance(init, str) or init not in INITIALIZATIONS:
        names = ", ".join(INITIALIZATIONS)
        raise ValueError(f"{argument} must be one of {names} or a function, got {init!r}")
    return INITIALIZATIONS[init]
