"""Computing `h_1 … h_T`: one function, several engines with the same results.

`unrolled` is the slide's loop. `bptt` is a faster loop with hand-derived gradients. `compiled` is
`bptt` with the loops compiled for the processor.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.nonlinearities import canonical
from elman.recurrence.addressable import are_addressable, are_consistent, is_plain
from elman.recurrence.autograd import apply_passes
from elman.recurrence.bptt import PASSES as TENSOR_PASSES
from elman.recurrence.bptt import bptt
from elman.recurrence.bptt import preactivation_gradients as preactivation_gradients_of_tensors
from elman.recurrence.compiled import PASSES as COMPILED_PASSES
from elman.recurrence.compiled import compiled, has_compiler
from elman.recurrence.compiled import preactivation_gradients as compiled_preactivation_gradients
from elman.recurrence.precision import autocast, is_autocast_enabled, is_cast
from elman.recurrence.torch_internals import dispatch_modes, is_capturing_graph, is_traced
from elman.recurrence.unrolled import unroll, unrolled

__all__ = [
    "ENGINES",
    "Engine",
    "autocast",
    "check_devices",
    "check_engine",
    "is_autocast_enabled",
    "is_capturing_graph",
    "is_cast",
    "is_traced",
    "preactivation_gradients",
    "recurrence",
    "unroll",
]

Engine = Literal["auto", "unrolled", "bptt", "compiled"] | str
# By name. Your own engine becomes a choice with ENGINES["name"] = function.
ENGINES: dict[str, Callable[..., Tensor]] = {
    "unrolled": unrolled,
    "bptt": bptt,
    "compiled": compiled,
}


def recurrence(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity = torch.tanh,
    padding_mask: Tensor | None = None,
    *,
    engine: Engine = "auto",
) -> Tensor:
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T (slide "Math behind RNN").

    Under autocast, all arguments except those in float64 are first cast to its dtype.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`; padding must be finite.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: an elementwise function.
        padding_mask: true at padding time steps, `(T, B, 1)`; None: no padding.
        engine: "auto" selects the fastest engine that works here: "compiled" on the CPU, "bptt"
            on other devices, "unrolled" if f′ is not known. Under a compiler, an exporter, a
            `torch.func` transform or a torch mode, every engine runs as "unrolled".

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero at padding.

    Raises:
        ValueError: the name `engine` is unknown, or the engine does not support `f` or the dtype.
        RuntimeError: the arguments are on different devices or have different dtypes.
    """
    if engine != "auto":
        check_engine(engine)
    if is_autocast_enabled(X.device.type):
        X, h_0, U, V, b = autocast(X, h_0, U, V, b)
    if not has_derivative(f):
        f = canonical(f)
    if is_traced():
        _check_consistent(X, h_0, U, V, b, padding_mask)
        if not is_capturing_graph() and dispatch_modes():
            X = X.clone()  # a mode that tracks in-place changes of X would miss its slices X_t
        return unrolled(X, h_0, U, V, b, f, padding_mask)
    is_addressable = are_addressable(X, h_0, U, V, b, padding_mask)
    if not is_addressable:
        _check_consistent(X, h_0, U, V, b, padding_mask)
        X, h_0, U, V, b = (x.resolve_neg() for x in (X, h_0, U, V, b))
        is_addressable = are_addressable(X, h_0, U, V, b, padding_mask)
    if engine != "auto":
        return ENGINES[engine](X, h_0, U, V, b, f, padding_mask)
    if has_derivative(f):
        if is_addressable and has_compiler(X.dtype):
            return apply_passes(COMPILED_PASSES, X, h_0, U, V, b, f, padding_mask)
        if are_consistent(X, h_0, U, V, b):
            return apply_passes(TENSOR_PASSES, X, h_0, U, V, b, f, padding_mask)
    return unrolled(X, h_0, U, V, b, f, padding_mask)


def preactivation_gradients(dh: Tensor, h: Tensor, V: Tensor, f: Nonlinearity) -> Tensor:
    """`∂C/∂a_t = (∂C_t/∂h_t + ∂C/∂a_{t+1} Vᵀ) ∘ f′(a_t)` for t = T … 1.

    Args:
        dh: `∂C_t/∂h_t`, the gradient through the output at each t, `(T, B, H)`; zero at padding.
        h: `h_1 … h_T`, `(T, B, H)`.
        V: `(H, H)`.
        f: `torch.tanh`, `torch.relu` or `torch.sigmoid`.

    Returns:
        `(T, B, H)`.
    """
    if (
        h.numel() > 0
        and are_addressable(h, h[0], V, V, V[0])
        and is_plain(dh, h.dtype, h.shape)
        and has_compiler(h.dtype)
    ):
        return compiled_preactivation_gradients(dh, h, V, f)
    return preactivation_gradients_of_tensors(dh, h, V, f)


def check_engine(engine: str) -> None:
    """Raises ValueError unless `engine` is the name of an engine."""
    if engine not in ("auto", *ENGINES):
        names = ", ".join(["auto", *ENGINES])
        raise ValueError(f"engine must be one of {names}, got {engine!r}")


def check_devices(X: Tensor, h_0: Tensor, *others: Tensor | None) -> None:
    """Raises RuntimeError unless all tensors are on the device of X.

    torch does not check all cases: the product of a CPU matrix and a "meta" matrix is uninitialized
    memory.
    """
    if h_0.device != X.device:
        raise RuntimeError(
            f"input and hx must be on the same device, got input on {X.device}, hx on {h_0.device}"
        )
    for other in others:
        if other is not None and other.device != X.device:
            raise RuntimeError(
                "input and weights must be on the same device, got input on "
                f"{X.device}, weights on {other.device}"
            )


def _check_consistent(X: Tensor, h_0: Tensor, *others: Tensor | None) -> None:
    """Raises RuntimeError unless all have the same device and dtype (the mask: only device)."""
    check_devices(X, h_0, *others)
    *weights, _ = others
    for x in (h_0, *weights):
        if x is not None and x.dtype != X.dtype:
            raise RuntimeError(
                f"input, hx and weights must have the same dtype, got {X.dtype} and {x.dtype}"
            )
