"""How autograd comes by gradients derived by hand, and when it has to see more than those."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.unrolled import unrolled

Gradients = list[Tensor | None]  # of X, h_0, U, V and b; None: not wanted


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


class Passes(NamedTuple):
    """An engine with gradients derived by hand.

    Attributes:
        forward: `(X, h_0, U, V, b, f, ended)` → h, `(T, B, H)`.
        backward: `(dh, h, (X, h_0, U, V, b), f, wanted)` → the gradients of X, h_0, U, V and b,
            where they are `wanted`.
    """

    forward: Callable[..., Tensor]
    backward: Callable[..., Gradients]


def differentiable(
    passes: Passes,
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    ended: Tensor | None,
) -> Tensor:
    """The states by an engine's forward pass, whose gradients are those of its backward pass.

    A backward pass that is itself to be differentiated goes through `unrolled`.

    Args:
        passes: of the engine.
        X: inputs, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: the nonlinearity.
        ended: true after a sequence's end, `(T, B, 1)`, or None.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end.
    """
    if not (torch.is_grad_enabled() and any(x.requires_grad for x in (X, h_0, U, V, b))):
        return passes.forward(X, h_0, U, V, b, f, ended)
    h: Tensor = _ByHand.apply(passes, X, h_0, U, V, b, f, ended)  # type: ignore[no-untyped-call]
    # A state after the end is no function of anything: no gradient goes into it.
    return h if ended is None else h.masked_fill(ended, 0)


class _ByHand(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        passes: Passes,
        X: Tensor,
        h_0: Tensor,
        U: Tensor,
        V: Tensor,
        b: Tensor,
        f: Nonlinearity,
        ended: Tensor | None,
    ) -> Tensor:
        h = passes.forward(X, h_0, U, V, b, f, ended)
        ctx.passes, ctx.f = passes, f
        ctx.save_for_backward(X, h_0, U, V, b, h, ended)
        return h

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor | None, ...]:
        X, h_0, U, V, b, h, ended = ctx.saved_tensors
        inputs = (X, h_0, U, V, b)
        wanted = ctx.needs_input_grad[1:6]
        # Where this pass is to be differentiated in its turn, or is done for many dh at once
        # (`is_grads_batched`), each of its operations must be one that autograd knows.
        if torch.is_grad_enabled() or torch._C._functorch.is_legacy_batchedtensor(dh):
            gradients = _gradients_by_autograd(dh, inputs, ctx.f, ended, wanted)
        else:
            gradients = ctx.passes.backward(dh, h, inputs, ctx.f, wanted)
        return None, *gradients, None, None


def _gradients_by_autograd(
    dh: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    ended: Tensor | None,
    wanted: tuple[bool, ...],
) -> Gradients:
    """The gradients of X, h_0, U, V and b by the operations that autograd takes for `unrolled`."""
    X, h_0, U, V, b = inputs
    chosen = [x for x, is_wanted in zip(inputs, wanted, strict=True) if is_wanted]
    create_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        h = unrolled(X, h_0, U, V, b, f, ended)
    gradients = iter(torch.autograd.grad(h, chosen, dh, create_graph=create_graph))
    return [next(gradients) if is_wanted else None for is_wanted in wanted]
