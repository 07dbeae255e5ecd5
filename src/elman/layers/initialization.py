"""Weight initializations by name."""

from collections.abc import Callable

from torch import Tensor, nn


def uniform(weight: Tensor) -> Tensor:
    """Uniform between ±1/√n, with n the size of the last dimension, as in torch.nn.RNN."""
    bound = weight.shape[-1] ** -0.5
    return nn.init.uniform_(weight, -bound, bound)


INITIALIZATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "uniform": uniform,
    "xavier": nn.init.xavier_uniform_,  # Glorot & Bengio 2010: keeps the variance of U's outputs
    "orthogonal": nn.init.orthogonal_,  # Saxe et al. 2014: V keeps the length of h
    "identity": nn.init.eye_,  # Le et al. 2015, the IRNN: V keeps h, with ReLU
}


def initialization(argument: str, name: str) -> Callable[[Tensor], Tensor]:
    """The initialization with this name.

    Raises:
        ValueError: the name is unknown; the message names the `argument`.
    """
    if name not in INITIALIZATIONS:
        raise ValueError(f"{argument} must be one of {', '.join(INITIALIZATIONS)}, got {name!r}")
    return INITIALIZATIONS[name]
