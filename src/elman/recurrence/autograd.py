"""Connects hand-derived gradients to autograd, and falls back to autograd's own where needed."""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.torch_internals import is_batched, is_traced
from elman.recurrence.unrolled import unrolled

Gradients = list[Tensor | None]  # of X, h_0, U, V and b; None: not needed
EMPTY = torch.empty(0, device="cpu")


def check_known_derivative(engine: str, X: Tensor, f: Nonlinearity) -> None:
    """Raises ValueError, which names the `engine`, unless f′ is known and X is real."""
    if not has_derivative(f):
        raise ValueError(
            f"engine {engine!r} has derivatives of tanh, relu and sigmoid only, not of {f!r}; "
            "engine 'unrolled' takes any elementwise function"
        )
    if X.is_complex():
        raise ValueError(
            f"engine {engine!r} takes real numbers only; engine 'unrolled' also takes complex ones"
        )


class Passes(NamedTuple):
    """The forward and backward pass of an engine with hand-derived gradients.

    Attributes:
        forward: `(X, h_0, U, V, b, f, padding_mask)` → h, `(T, B, H)`.
        backward: `(dh, h, (X, h_0, U, V, b), f, needs_grad)` → the gradients of X, h_0, U, V and b;
            None where `needs_grad` is False.
    """

    forward: Callable[..., Tensor]
    backward: Callable[..., Gradients]


def apply_passes(
    passes: Passes,
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    padding_mask: Tensor | None,
) -> Tensor:
    """Runs an engine's forward pass; autograd uses its backward pass.

    If the backward pass must itself be differentiable, `unrolled` is used instead.

    Args:
        passes: the engine's passes.
        X: inputs, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: the nonlinearity.
        padding_mask: true at padding time steps, `(T, B, 1)`, or None.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero at padding. It may be changed in place: the backward pass
        then computes the states again. b may be changed, too, and X if neither X nor U needs a
        gradient. Changes that torch does not count, through `.data` or NumPy, are not detected.
    """
    needs_grad = (
        X.requires_grad
        or h_0.requires_grad
        or U.requires_grad
        or V.requires_grad
        or b.requires_grad
    )
    if not (needs_grad and torch.is_grad_enabled()):
        return passes.forward(X, h_0, U, V, b, f, padding_mask)
    h: Tensor = _HandDerived.apply(passes, X, h_0, U, V, b, f, padding_mask)  # type: ignore[no-untyped-call]
    # The states at padding are constant zeros: no gradient flows into them.
    return h if padding_mask is None else h.masked_fill(padding_mask, 0)


class _HandDerived(torch.autograd.Function):
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
        padding_mask: Tensor | None,
    ) -> Tensor:
        h = passes.forward(X, h_0, U, V, b, f, padding_mask)
        ctx.passes, ctx.f, ctx.b = passes, f, b
        # torch refuses to return a saved tensor that was changed in place. But h can be computed
        # again, and X is needed only for ∂U. So save `.data`, which torch does not check, and
        # detect changes with `_version_counter`.
        ctx.h_version, ctx.b_version = _version_counter(h), b._version
        _, X_needs_grad, _, U_needs_grad, *_ = ctx.needs_input_grad
        ctx.X_version = None
        if not (X_needs_grad or U_needs_grad):
            if X.is_inference():  # autograd cannot save inference tensors
                X = X.clone()
            else:
                ctx.X_version = _version_counter(X)
                X = X.data
        ctx.save_for_backward(X, h_0, U, V, h.data, padding_mask)
        return h

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor | None, ...]:
        X, h_0, U, V, h, padding_mask = _saved(ctx)
        inputs = (X, h_0, U, V, ctx.b)
        needs_grad = ctx.needs_input_grad[1:6]
        # If this pass must be differentiable, or runs for many dh at once (`is_grads_batched`), or
        # is traced, it may use only torch operations.
        if torch.is_grad_enabled() or is_batched(dh) or type(dh) is not Tensor or is_traced():
            _check_inputs(ctx)
            gradients = _gradients_by_autograd(dh, inputs, ctx.f, padding_mask, needs_grad)
        else:
            if _has_changed(ctx.h_version):
                _check_inputs(ctx)
                h = ctx.passes.forward(*inputs, ctx.f, padding_mask)
            gradients = ctx.passes.backward(dh, h, inputs, ctx.f, needs_grad)
        return None, *gradients, None, None


VersionCounter = tuple[Tensor, int]


def _version_counter(x: Tensor) -> VersionCounter:
    """A tensor that shares the in-place version counter of x, not its memory; and its value now."""
    counter = x.detach()
    counter.data = EMPTY if x.is_cpu else x.new_empty(0)
    return counter, counter._version


def _has_changed(counter: VersionCounter) -> bool:
    return counter[0]._version != counter[1]


def _saved(ctx: Any) -> Any:
    try:
        return ctx.saved_tensors
    except RuntimeError as error:
        if "inplace" in str(error):
            raise _changed("the input, the initial state or a weight") from error
        raise


def _check_inputs(ctx: Any) -> None:
    """Raises RuntimeError if an input of the forward pass was changed in place."""
    if ctx.b._version != ctx.b_version:
        raise _changed("b")
    if ctx.X_version and _has_changed(ctx.X_version):
        raise _changed("the input")


def _changed(name: str) -> RuntimeError:
    return RuntimeError(
        f"{name} was changed in place before the backward pass, which needs the values of the "
        "forward pass; give the layer a copy, x.clone(), or change it after the backward pass"
    )


def _gradients_by_autograd(
    dh: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    padding_mask: Tensor | None,
    needs_grad: tuple[bool, ...],
) -> Gradients:
    """The gradients of X, h_0, U, V and b by autograd, through `unrolled`."""
    create_graph = torch.is_grad_enabled()
    with torch.enable_grad():
        # Aliases: else autograd would also follow the graphs that X and h_0 were computed in.
        X, h_0, U, V, b = aliases = [x.view_as(x) for x in inputs]
        h = unrolled(X, h_0, U, V, b, f, padding_mask)
    inputs_needed = [x for x, needed in zip(aliases, needs_grad, strict=True) if needed]
    gradients = iter(torch.autograd.grad(h, inputs_needed, dh, create_graph=create_graph))
    return [next(gradients) if needed else None for needed in needs_grad]
