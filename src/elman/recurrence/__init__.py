"""How `h_1 … h_T` is computed: one function, several engines, the same numbers.

`unrolled` is the slide's loop; `bptt` is the same loop made fast, with its gradients by hand;
`compiled` is `bptt` with the loops compiled for the processor.
"""

from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.bptt import bptt
from elman.recurrence.compiled import compiled, compiles
from elman.recurrence.precision import autocast, autocasts
from elman.recurrence.unrolled import unroll, unrolled

__all__ = ["Engine", "autocast", "autocasts", "check_engine", "recurrence", "traced", "unroll"]

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

    Under autocast all arguments are first cast to the autocast dtype, but for float64.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`, finite also where a sequence has ended.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: an elementwise function.
        ended: where sequences differ in length, true after a sequence's end, `(T, B, 1)`.
        engine: "auto" takes the fastest that can do what is asked: "compiled" on the CPU, "bptt"
            elsewhere, "unrolled" where f′ is not known or every operation has to be seen.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end.

    Raises:
        ValueError: `engine` is no engine's name, or `f` or the dtype is none that it takes.
    """
    check_engine(engine)
    X, h_0, U, V, b = autocast(X, h_0, U, V, b)
    compute = ENGINES[_choose(X, f) if engine == "auto" else engine]
    return compute(X, h_0, U, V, b, f, ended)


def check_engine(engine: str) -> None:
    """Raises ValueError unless `engine` is the name of an engine."""
    if engine not in NAMES:
        raise ValueError(f"engine must be one of {', '.join(NAMES)}, got {engine!r}")


def traced() -> bool:
    """Whether operations are watched rather than just done, so that no value can be asked for.

    By a compiler or an exporter, a `torch.func` transform or forward differentiation; public
    functions tell of the first two only.
    """
    return (
        torch.compiler.is_compiling()
        or torch._C._are_functorch_transforms_active()
        or torch.autograd.forward_ad._current_level >= 0
        or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    )


def _choose(X: Tensor, f: Nonlinearity) -> str:
    if traced() or X.is_complex() or not has_derivative(f):
        return "unrolled"
    return "compiled" if compiles(X) else "bptt"
