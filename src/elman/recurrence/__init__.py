"""How `h_1 … h_T` is computed: one function, several engines, the same numbers.

`unrolled` is the slide's loop; `bptt` is the same loop made fast, with its gradients by hand.
"""

from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.bptt import bptt
from elman.recurrence.unrolled import unrolled

Engine = Literal["auto", "unrolled", "bptt"]
ENGINES: dict[str, Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Nonlinearity], Tensor]] = {
    "unrolled": unrolled,
    "bptt": bptt,
}


def recurrence(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity = torch.tanh,
    *,
    engine: Engine = "auto",
) -> Tensor:
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T (slide "Math behind RNN").

    Under autocast all arguments are first cast to the autocast dtype, but for float64.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: an elementwise function.
        engine: "auto" takes "bptt" where it can, else "unrolled".

    Returns:
        `h_1 … h_T`, `(T, B, H)`.

    Raises:
        ValueError: `engine` is no engine's name, or `f` is a function that it does not take.
    """
    check_engine(engine)
    compute = ENGINES[_choose(f) if engine == "auto" else engine]
    device = X.device.type
    if X.dtype == torch.float64 or not autocasts(device):
        return compute(X, h_0, U, V, b, f)
    dtype = torch.get_autocast_dtype(device)
    with torch.autocast(device, enabled=False):
        return compute(X.to(dtype), h_0.to(dtype), U.to(dtype), V.to(dtype), b.to(dtype), f)


def check_engine(engine: str) -> None:
    """Raises ValueError unless `engine` is the name of an engine."""
    if engine not in get_args(Engine):
        raise ValueError(f"engine must be one of {', '.join(get_args(Engine))}, got {engine!r}")


def autocasts(device: str) -> bool:
    """Whether autocast is on for a type of device."""
    return torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)


def _choose(f: Nonlinearity) -> str:
    # A `torch.func` transform, forward differentiation, a compiler or an exporter wants to see
    # each operation. Public functions tell of the latter two only.
    traced = (
        torch._C._are_functorch_transforms_active()
        or torch.autograd.forward_ad._current_level >= 0
        or torch.compiler.is_compiling()
        or torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    )
    return "bptt" if has_derivative(f) and not traced else "unrolled"
