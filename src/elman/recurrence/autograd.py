"""How autograd comes by gradients derived by hand, and when it has to see more than those."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.torch_internals import is_batched, traced
from elman.recurrence.unrolled import unrolled

Gradients = list[Tensor | None]  # of X, h_0, U, V and b; None: not wanted
NOTHING = torch.empty(0, device="cpu")


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
        `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end. It may be changed in place: the
        backward pass then computes the states again. So may b, and X where U is not trained. A
        change that torch does not count, through `data` or NumPy, is not seen.
    """
    wanted = (
        X.requires_grad
        or h_0.requires_grad
        or U.requires_grad
        or V.requires_grad
        or b.requires_grad
    )
    if not (wanted and torch.is_grad_enabled()):
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
        ctx.passes, ctx.f, ctx.b = passes, f, b
        # torch refuses to give back a tensor that has been changed in place. But the gradients can
        # do without h, which can be computed again, and need X for ∂U alone: `data` is not watched
        # by torch, and `_counter` tells of a change.
        ctx.h_changes, ctx.b_changes = _counter(h), b._version
        _, X_wanted, _, U_wanted, *_ = ctx.needs_input_grad
        ctx.X_changes = None
        if not (X_wanted or U_wanted):
            if X.is_inference():  # which autograd does not keep
                X = X.clone()
            else:
                ctx.X_changes = _counter(X)
                X = X.data
        ctx.save_for_backward(X, h_0, U, V, h.data, ended)
        return h

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor | None, ...]:
        X, h_0, U, V, h, ended = _saved(ctx)
        inputs = (X, h_0, U, V, ctx.b)
        wanted = ctx.needs_input_grad[1:6]
        # Where this pass is to be differentiated in its turn, or is done for many dh at once
        # (`is_grads_batched`), or is watched, each of its operations must be one of torch's.
        if torch.is_grad_enabled() or is_batched(dh) or type(dh) is not Tensor or traced():
            _check_inputs(ctx)
            gradients = _gradients_by_autograd(dh, inputs, ctx.f, ended, wanted)
        else:
            if _has_changed(ctx.h_changes):
                _check_inputs(ctx)
                h = ctx.passes.forward(*inputs, ctx.f, ended)
            gradients = ctx.passes.backward(dh, h, inputs, ctx.f, wanted)
        return None, *gradients, None, None


Counter = tuple[Tensor, int]


def _counter(x: Tensor) -> Counter:
    """What counts the changes of x in place, without its memory, and its count now."""
    counter = x.detach()
    counter.data = NOTHING if x.is_cpu else x.new_empty(0)
    return counter, counter._version


def _has_changed(counter: Counter) -> bool:
    return counter[0]._version != counter[1]


def _saved(ctx: Any) -> Any:
    try:
        return ctx.saved_tensors
    except RuntimeError as error:
        if "inplace" in str(error):
            raise _changed("the input, the initial state or a weight") from error
        raise


def _check_inputs(ctx: Any) -> None:
    """Raises RuntimeError if what the states are to be computed from has been changed in place."""
    if ctx.b._version != ctx.b_changes:
        raise _changed("b")
    if ctx.X_changes and _has_changed(ctx.X_changes):
        raise _changed("the input")


def _changed(what: str) -> RuntimeError:
    return RuntimeError(
        f"{what} was changed in place before the backward pass, which needs the numbers of the "
        "forward pass; give the layer a copy, x.clone(), or change it after the backward pass"
    )


def _gradients_by_autograd(
    dh: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    ended: Tensor | None,
    wanted: tuple[bool, ...],
) -> Gradients:
    """The gradients of X, h_0, U, V and b by the operations that autograd takes for `unrolled`."""
    create_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        # Aliases: autograd would look for h_0 in what X was computed from, too.
        X, h_0, U, V, b = aliases = [x.view_as(x) for x in inputs]
        h = unrolled(X, h_0, U, V, b, f, ended)
    chosen = [x for x, is_wanted in zip(aliases, wanted, strict=True) if is_wanted]
    gradients = iter(torch.autograd.grad(h, chosen, dh, create_graph=create_graph))
    return [next(gradients) if is_wanted else None for is_wanted in wanted]
