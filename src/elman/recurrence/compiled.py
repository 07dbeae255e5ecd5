"""Engine `compiled`: `bptt` with its loops, and the products around them, compiled for the CPU.

The loops themselves stand in `elman.recurrence.kernels.loops`. numba compiles them when they are
first needed on a machine, which takes some seconds.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import NoReturn

import torch
from torch import Tensor

from elman.equations import NONLINEARITIES, Nonlinearity, has_derivative
from elman.recurrence.autograd import Gradients, Passes, check_derivable, differentiable

DTYPES = {torch.float32: "float32", torch.float64: "float64"}
NUMBERS = {f: number for number, f in enumerate(NONLINEARITIES.values())}  # as the loops know f
STEPS = 16  # time steps whose ∂a is kept, unless all take less memory than Vᵀ apart from ∂V
SMALL = 1_000_000  # multiplications that take one thread less time than to wake another


def compiled(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity = torch.tanh,
    ended: Tensor | None = None,
) -> Tensor:
    """Takes and returns what `bptt` does, faster, on the CPU in float32 or float64.

    Raises:
        ValueError: `f` is none that `bptt` takes, the device or the dtype is another, or numba is
            not installed.
    """
    if not (compiles(X) and has_derivative(f)):
        _refuse(X, f)
    return differentiable(PASSES, X, h_0, U, V, b, f, ended)


def compiles(X: Tensor) -> bool:
    """Whether there are loops for the device and the dtype of X."""
    return X.device.type == "cpu" and X.dtype in DTYPES and has_compiler()


def _refuse(X: Tensor, f: Nonlinearity) -> NoReturn:
    check_derivable("compiled", X, f)
    if not has_compiler():
        raise ValueError("engine 'compiled' needs numba: pip install numba; engine 'bptt' does not")
    raise ValueError(
        f"engine 'compiled' computes on the CPU in float32 or float64, not on {X.device} in "
        f"{X.dtype}; engine 'bptt' takes any device and dtype"
    )


@cache
def has_compiler() -> bool:
    """Whether numba is installed."""
    return find_spec("numba") is not None


def _forward(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    ended: Tensor | None,
) -> Tensor:
    """`h_1 … h_T`."""
    T, B, I = X.shape
    H = len(V)
    h = X.new_empty(T, B, H)
    if h.numel() > 0:
        X, U, V, b = X.contiguous(), U.contiguous(), V.contiguous(), b.contiguous()
        lengths = None if ended is None else (~ended).sum((0, 2))
        sizes = (T, B, I, H, NUMBERS[f], *h_0.stride())
        _call("forward", sizes, (h, X, h_0, U, V, b, lengths))
    return h


def _backward(
    dh: Tensor,
    h: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    wanted: tuple[bool, ...],
) -> Gradients:
    """The gradients of X, h_0, U, V and b, where they are wanted."""
    X, h_0, U, V, b = inputs
    T, B, I = X.shape
    H = len(V)
    if h.numel() == 0:
        return [x.new_zeros(x.shape) for x in inputs]
    # Either ∂a of all time steps and Vᵀ in the memory of ∂V, or ∂a of a few and Vᵀ apart. Vᵀ comes
    # first: torch needs some memory to transpose, which what follows may then have.
    at_once = T if (T - STEPS) * B <= H else STEPS
    V_T = V.T.clone(memory_format=torch.contiguous_format)
    U_T = U.T.contiguous() if wanted[0] else None
    dX, dh_0, dU, db = (
        x.new_empty(x.shape) if is_wanted else None
        for x, is_wanted in zip((X, h_0, U, b), (*wanted[:3], wanted[4]), strict=True)
    )
    dV = None
    if wanted[3]:
        dV = V_T if at_once == T else V.new_empty(H, H)
    gradients = [dX, dh_0, dU, dV, db]
    da, ones = h.new_empty(at_once, B, H), h.new_ones(1)
    sizes = (T, B, I, H, NUMBERS[f], *h_0.stride(), at_once, *dh.stride())
    _call("backward", sizes, (dh, h, X.contiguous(), h_0, U_T, V_T, da, ones, *gradients))
    return gradients


def _call(function: str, sizes: tuple[int, ...], tensors: tuple[Tensor | None, ...]) -> None:
    """Calls a function of `kernels.loops.functions` with the addresses of the tensors."""
    address, on_threads = _loaded(function, DTYPES[tensors[0].dtype])  # type: ignore[union-attr]
    T, B, I, H, *_ = sizes
    threads = 1 if T * B * H * (I + H) < SMALL else torch.get_num_threads()
    addresses = [0 if x is None else x.data_ptr() for x in tensors]
    arguments = (ctypes.c_int64 * (len(sizes) + len(addresses)))(*sizes, *addresses)
    on_threads(address, arguments, threads)


@cache
def _loaded(function: str, dtype: str) -> tuple[int, Callable[..., None]]:
    # LLVM takes its time to load.
    from elman.recurrence.kernels import object_code, openmp  # noqa: PLC0415

    return object_code.address(function, dtype), openmp.call


PASSES = Passes(_forward, _backward)
