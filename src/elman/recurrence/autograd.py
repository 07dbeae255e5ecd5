"""What engines with gradients derived by hand share: when autograd has to see more than those."""

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.unrolled import unrolled


def check_derivable(engine: str, X: Tensor, f: Nonlinearity) -> None:
    """Raises ValueError, which names the `engine`, unless f′ is known and X real."""
    if not has_derivative(f):
        raise ValueError(
            f"engine {engine!r} knows the derivatives of tanh, relu and sigmoid, not of {f!r}; "
            "engine 'unrolled' takes any elementwise function"
        )
    if X.is_complex():
        raise ValueError(
            f"engine {engine!r} computes with real numbers, engine 'unrolled' with complex"
        )


def is_differentiated(*inputs: Tensor) -> bool:
    """Whether a backward pass may follow."""
    return torch.is_grad_enabled() and any(x.requires_grad for x in inputs)


def is_watched(dh: Tensor) -> bool:
    """Whether each operation of a backward pass must be one that autograd knows.

    It is to be differentiated in its turn, or done for many dh at once (`is_grads_batched`).
    """
    return torch.is_grad_enabled() or torch._C._functorch.is_legacy_batchedtensor(dh)


def gradients_by_autograd(
    dh: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    ended: Tensor | None,
    wanted: tuple[bool, ...],
) -> list[Tensor | None]:
    """The gradients of X, h_0, U, V and b by the operations that autograd takes for `unrolled`."""
    X, h_0, U, V, b = inputs
    chosen = [x for x, is_wanted in zip(inputs, wanted, strict=True) if is_wanted]
    create_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        h = unrolled(X, h_0, U, V, b, f, ended)
    gradients = iter(torch.autograd.grad(h, chosen, dh, create_graph=create_graph))
    return [next(gradients) if is_wanted else None for is_wanted in wanted]
