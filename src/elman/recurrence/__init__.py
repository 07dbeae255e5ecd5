"""How `h_1 … h_T` is computed: one function, several engines, the same numbers.

`unrolled` is the slide's loop; `bptt` is the same loop made fast, with its gradients by hand;
`compiled` is `bptt` with the loops compiled for the processor.
"""

from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.nonlinearities import canonical
from elman.recurrence.addressable import addressable, uniform
from elman.recurrence.autograd import differentiable
from elman.recurrence.bptt import PASSES as TENSOR_PASSES
from elman.recurrence.bptt import bptt
from elman.recurrence.compiled import PASSES as COMPILED_PASSES
from elman.recurrence.compiled import compiled, has_compiler
from elman.recurrence.precision import autocast, autocasts, is_cast
from elman.recurrence.torch_internals import dispatch_modes, recorded, traced
from elman.recurrence.unrolled import unroll, unrolled

__all__ = [
    "Engine",
    "autocast",
    "autocasts",
    "check_devices",
    "check_engine",
    "is_cast",
    "recorded",
    "recurrence",
    "traced",
    "unroll",
]

Engine = Literal["auto", "unrolled", "bptt", "compiled"]
NAMES = get_args(Engine)
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
    ended: Tensor | None = None,
    *,
    engine: Engine = "auto",
) -> Tensor:
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T (slide "Math behind RNN").

    Under autocast all arguments are first cast to its dtype, but those in float64.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`, finite also where a sequence has ended.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: an elementwise function.
        ended: where sequences differ in length, true after a sequence's end, `(T, B, 1)`.
        engine: "auto" takes the fastest that can do what is asked: "compiled" on the CPU, "bptt"
            elsewhere, "unrolled" where f′ is not known. Where each operation has to be seen, by a
            compiler, an exporter, a transform or a mode, all engines are "unrolled".

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end.

    Raises:
        ValueError: `engine` is no engine's name, or `f` or the dtype is none that it takes.
        RuntimeError: the arguments are on several devices, or have several dtypes.
    """
    if engine != "auto":
        check_engine(engine)
    if autocasts(X.device.type):
        X, h_0, U, V, b = autocast(X, h_0, U, V, b)
    if not has_derivative(f):
        f = canonical(f)
    if traced():
        _check_alike(X, h_0, U, V, b, ended)
        if not recorded() and dispatch_modes():
            X = X.clone()  # a mode that looks for changes in place does not see those of each X_t
        return unrolled(X, h_0, U, V, b, f, ended)
    plain = addressable(X, h_0, U, V, b, ended)
    if not plain:
        _check_alike(X, h_0, U, V, b, ended)
        X, h_0, U, V, b = (x.resolve_neg() for x in (X, h_0, U, V, b))
        plain = addressable(X, h_0, U, V, b, ended)
    if engine != "auto":
        return ENGINES[engine](X, h_0, U, V, b, f, ended)
    if has_derivative(f):
        if plain and has_compiler(X.dtype):
            return differentiable(COMPILED_PASSES, X, h_0, U, V, b, f, ended)
        if uniform(X, h_0, U, V, b):
            return differentiable(TENSOR_PASSES, X, h_0, U, V, b, f, ended)
    return unrolled(X, h_0, U, V, b, f, ended)


def check_engine(engine: str) -> None:
    """Raises ValueError unless `engine` is the name of an engine."""
    if engine not in NAMES:
        raise ValueError(f"engine must be one of {', '.join(NAMES)}, got {engine!r}")


def check_devices(X: Tensor, h_0: Tensor, *others: Tensor | None) -> None:
    """Raises RuntimeError unless all are on the device of X, on which torch alone does not insist.

    (A product of a matrix on the CPU with one on "meta" is memory that nobody has written to.)
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


def _check_alike(X: Tensor, h_0: Tensor, *others: Tensor | None) -> None:
    """Raises RuntimeError unless all are on one device, and all numbers of one dtype."""
    check_devices(X, h_0, *others)
    *weights, _ = others
    for x in (h_0, *weights):
        if x is not None and x.dtype != X.dtype:
            raise RuntimeError(
                f"input, hx and weights must have the same dtype, got {X.dtype} and {x.dtype}"
            )
