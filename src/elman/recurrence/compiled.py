"""Engine `compiled`: `bptt` with its loops, and the products around them, compiled for the CPU.

The loops themselves stand in `elman.recurrence.kernels.loops`. numba compiles them when they are
first needed on a machine, which takes some seconds.
"""

import struct
import warnings
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, NoReturn, cast

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.addressable import DTYPES, addressable, addresses, plain
from elman.recurrence.autograd import Gradients, Passes, check_derivable, differentiable
from elman.recurrence.bptt import PASSES as TENSOR_PASSES
from elman.recurrence.kernels.nonlinearities import RELU, SIGMOID, TANH
from elman.recurrence.kernels.processes import forked
from elman.recurrence.torch_internals import is_zerotensor

NUMBERS: dict[Nonlinearity, int] = {torch.tanh: TANH, torch.relu: RELU, torch.sigmoid: SIGMOID}
STEPS = 16  # time steps whose ∂a is kept, unless all take less memory than Vᵀ apart from ∂V
ONE = {dtype: torch.ones(1, dtype=dtype, device="cpu") for dtype in DTYPES}
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
        ValueError: `f` is none that `bptt` takes, an argument is not addressable (see there), or
            the loops cannot be compiled here.
    """
    if not (has_derivative(f) and addressable(X, h_0, U, V, b, ended) and has_compiler(X.dtype)):
        _refuse(X, f)
    return differentiable(PASSES, X, h_0, U, V, b, f, ended)


def _refuse(X: Tensor, f: Nonlinearity) -> NoReturn:
    check_derivable("compiled", X, f)
    if X.device.type != "cpu" or X.dtype not in DTYPES:
        raise ValueError(
            f"engine 'compiled' computes on the CPU in float32 or float64, not on {X.device} in "
            f"{X.dtype}; engine 'bptt' takes any device and dtype"
        )
    if isinstance(reason := _kernels(X.dtype), Exception):
        raise ValueError(
            f"engine 'compiled' needs numba, which does not work here ({reason}); engine 'bptt' "
            "does not need it"
        )
    raise ValueError(
        "engine 'compiled' takes X (T, B, I), h_0 (B, H), U (I, H), V (H, H) and b (H) that are "
        "plain tensors of one dtype on the CPU, and one of them is not; engine 'auto' takes others"
    )


class Kernels(NamedTuple):
    """The functions of `kernels.loops.functions` for one dtype.

    Attributes:
        addresses: of "forward" and "backward".
        on_threads: calls the function at an address with arguments on so many threads.
    """

    addresses: dict[str, int]
    on_threads: Callable[..., None]


@cache
def _kernels(dtype: torch.dtype) -> Kernels | Exception:
    """The compiled functions for a dtype, or the reason why there are none."""
    try:
        # LLVM takes its time to load.
        from elman.recurrence.kernels import object_code, openmp  # noqa: PLC0415

        names = ("forward", "backward")
        found = {name: object_code.address(name, DTYPES[dtype]) for name in names}
        return Kernels(found, openmp.call)
    except Exception as error:  # whatever keeps numba or LLVM from working here
        return error


def has_compiler(dtype: torch.dtype) -> bool:
    """Whether the loops for a dtype are compiled, or can be; if not, a warning tells why, once."""
    kernels = _kernels(dtype)
    if isinstance(kernels, Exception):
        _warn(f"{type(kernels).__name__}: {kernels}")
        return False
    return True


@cache
def _warn(reason: str) -> None:
    warnings.warn(
        f"engine 'compiled' does not work here ({reason}); engine 'bptt' computes instead, more "
        "slowly. Is numba installed, in a version that works with this version of numpy?",
        RuntimeWarning,
        stacklevel=2,
    )


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
    H = V.shape[0]
    h = X.new_empty(T, B, H)
    if h.numel() > 0:
        lengths = None if ended is None else (~ended).sum((0, 2))
        contiguous = X.contiguous(), h_0, U.contiguous(), V.contiguous(), b.contiguous()
        sizes = (T, B, I, H, NUMBERS[f], *h_0.stride())
        _call("forward", sizes, (h, *contiguous, lengths))
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
    H = V.shape[0]
    if dh.is_neg():
        dh = dh.resolve_neg()
    if is_zerotensor(dh):  # zeros that torch has not written anywhere
        dh = dh.clone()
    # Hooks may give back another h than was kept, and `parameter.data = …` makes another weight.
    are_plain = plain(h, X.dtype, (T, B, H)) and plain(dh, X.dtype, (T, B, H))
    if not (are_plain and addressable(X, h_0, U, V, b)):
        return TENSOR_PASSES.backward(dh, h, inputs, f, wanted)
    if h.numel() == 0:
        return [x.new_zeros(x.shape) for x in inputs]
    # Either ∂a of all time steps and Vᵀ in the memory of ∂V, or ∂a of a few and Vᵀ apart. Vᵀ comes
    # first: torch needs some memory to transpose, which what follows may then have.
    at_once = T if (T - STEPS) * B <= H else STEPS
    V_T = V.T.clone(memory_format=torch.contiguous_format)
    U_T = U.T.contiguous() if wanted[0] else None
    gradients = [
        (V_T if k == 3 and at_once == T else h.new_empty(x.shape)) if is_wanted else None
        for k, (x, is_wanted) in enumerate(zip(inputs, wanted, strict=True))
    ]
    da = h.new_empty(at_once, B, H)
    sizes = (T, B, I, H, NUMBERS[f], *h_0.stride(), at_once, *dh.stride())
    tensors = (dh, h.contiguous(), X.contiguous(), h_0, U_T, V_T, da, ONE[h.dtype], *gradients)
    _call("backward", sizes, tensors)
    return gradients


def _call(function: str, sizes: tuple[int, ...], tensors: tuple[Tensor | None, ...]) -> None:
    """Calls a function of `kernels.loops.functions` with the addresses of the tensors."""
    found = addresses(tensors)
    kernels = cast(Kernels, _kernels(tensors[0].dtype))  # type: ignore[union-attr]
    T, B, I, H, *_ = sizes
    threads = 1 if T * B * H * (I + H) < SMALL or forked() else torch.get_num_threads()
    arguments = struct.pack(f"{len(sizes) + len(found)}q", *sizes, *found)  # int64
    kernels.on_threads(kernels.addresses[function], arguments, threads)


PASSES = Passes(_forward, _backward)
