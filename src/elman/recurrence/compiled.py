"""Engine `compiled`: `bptt` with its loops and matrix products compiled for the CPU.

The loops are in `elman.recurrence.kernels.loops`. numba compiles them at their first use on a
machine, which takes some seconds.
"""

import struct
import warnings
from collections.abc import Callable
from functools import cache
from typing import NamedTuple, NoReturn, cast

import torch
from torch import Tensor

from elman.equations import Nonlinearity, has_derivative
from elman.recurrence.addressable import DTYPES, addresses, are_addressable, is_plain
from elman.recurrence.autograd import Gradients, Passes, apply_passes, check_known_derivative
from elman.recurrence.bptt import PASSES as TENSOR_PASSES
from elman.recurrence.kernels.nonlinearities import RELU, SIGMOID, TANH
from elman.recurrence.kernels.processes import forked
from elman.recurrence.torch_internals import is_zerotensor

CODES: dict[Nonlinearity, int] = {torch.tanh: TANH, torch.relu: RELU, torch.sigmoid: SIGMOID}
CHUNK = 16  # time steps whose ∂a is stored at once, if all time steps would take more memory
ONE = {dtype: torch.ones(1, dtype=dtype, device="cpu") for dtype in DTYPES}
# With fewer multiplications, one thread finishes before a second would start.
PARALLEL_THRESHOLD = 1_000_000


def compiled(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity = torch.tanh,
    padding_mask: Tensor | None = None,
) -> Tensor:
    """As `bptt`, but faster; on the CPU, in float32 or float64.

    Raises:
        ValueError: `bptt` does not take `f`, an argument is not addressable (see
            `are_addressable`), or the loops cannot be compiled here.
    """
    if not (
        has_derivative(f)
        and are_addressable(X, h_0, U, V, b, padding_mask)
        and has_compiler(X.dtype)
    ):
        _refuse(X, f)
    return apply_passes(PASSES, X, h_0, U, V, b, f, padding_mask)


def _refuse(X: Tensor, f: Nonlinearity) -> NoReturn:
    check_known_derivative("compiled", X, f)
    if X.device.type != "cpu" or X.dtype not in DTYPES:
        raise ValueError(
            f"engine 'compiled' works on the CPU in float32 or float64, not on {X.device} in "
            f"{X.dtype}; engine 'bptt' takes any device and dtype"
        )
    if isinstance(reason := _kernels(X.dtype), Exception):
        raise ValueError(
            f"engine 'compiled' needs numba, which does not work here ({reason}); engine 'bptt' "
            "does not need it"
        )
    raise ValueError(
        "engine 'compiled' needs X (T, B, I), h_0 (B, H), U (I, H), V (H, H) and b (H) as plain "
        "tensors of one dtype on the CPU, and one of them is not; engine 'auto' takes other tensors"
    )


class Kernels(NamedTuple):
    """The functions of `kernels.loops.functions` for one dtype.

    Attributes:
        addresses: the addresses of "forward" and "backward".
        run_on_threads: calls the function at an address with arguments on a number of threads.
    """

    addresses: dict[str, int]
    run_on_threads: Callable[..., None]


@cache
def _kernels(dtype: torch.dtype) -> Kernels | Exception:
    """The compiled functions for a dtype, or the exception that prevents compiling them."""
    try:
        # Imported here because LLVM is slow to load.
        from elman.recurrence.kernels import object_code, openmp  # noqa: PLC0415

        names = ("forward", "backward")
        function_addresses = {name: object_code.address(name, DTYPES[dtype]) for name in names}
        return Kernels(function_addresses, openmp.call)
    except Exception as error:  # any reason why numba or LLVM does not work here
        return error


def has_compiler(dtype: torch.dtype) -> bool:
    """Whether the loops for a dtype can be compiled; if not, warns once with the reason."""
    kernels = _kernels(dtype)
    if isinstance(kernels, Exception):
        _warn(f"{type(kernels).__name__}: {kernels}")
        return False
    return True


@cache
def _warn(reason: str) -> None:
    warnings.warn(
        f"engine 'compiled' does not work here ({reason}); the slower engine 'bptt' is used "
        "instead. Is numba installed, in a version that works with this version of numpy?",
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
    padding_mask: Tensor | None,
) -> Tensor:
    """`h_1 … h_T`."""
    T, B, I = X.shape
    H = V.shape[0]
    h = X.new_empty(T, B, H)
    if h.numel() > 0:
        lengths = None if padding_mask is None else (~padding_mask).sum((0, 2))
        contiguous = X.contiguous(), h_0, U.contiguous(), V.contiguous(), b.contiguous()
        sizes = (T, B, I, H, CODES[f], *h_0.stride())
        _call("forward", sizes, (h, *contiguous, lengths))
    return h


def _backward(
    dh: Tensor,
    h: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    needs_grad: tuple[bool, ...],
) -> Gradients:
    """The gradients of X, h_0, U, V and b; None where not needed."""
    X, h_0, U, V, b = inputs
    T, B, I = X.shape
    H = V.shape[0]
    if dh.is_neg():
        dh = dh.resolve_neg()
    if is_zerotensor(dh):  # a zero tensor that torch has not allocated
        dh = dh.clone()
    # Saved-tensor hooks may return another h; `parameter.data = …` may have replaced a weight.
    are_plain = is_plain(h, X.dtype, (T, B, H)) and is_plain(dh, X.dtype, (T, B, H))
    if not (are_plain and are_addressable(X, h_0, U, V, b)):
        return TENSOR_PASSES.backward(dh, h, inputs, f, needs_grad)
    if h.numel() == 0:
        return [x.new_zeros(x.shape) for x in inputs]
    # Either store ∂a of all time steps, and Vᵀ in the memory of ∂V; or ∂a of one chunk, and Vᵀ in
    # its own memory. Transpose first: the rest can then reuse the memory this needs temporarily.
    steps = T if (T - CHUNK) * B <= H else CHUNK
    V_T = V.T.clone(memory_format=torch.contiguous_format)
    U_T = U.T.contiguous() if needs_grad[0] else None
    gradients = [
        (V_T if k == 3 and steps == T else h.new_empty(x.shape)) if needed else None
        for k, (x, needed) in enumerate(zip(inputs, needs_grad, strict=True))
    ]
    da = h.new_empty(steps, B, H)
    sizes = (T, B, I, H, CODES[f], *h_0.stride(), steps, *dh.stride())
    tensors = (dh, h.contiguous(), X.contiguous(), h_0, U_T, V_T, da, ONE[h.dtype], *gradients)
    _call("backward", sizes, tensors)
    return gradients


def preactivation_gradients(dh: Tensor, h: Tensor, V: Tensor, f: Nonlinearity) -> Tensor:
    """As in `bptt`, for addressable tensors with at least one number."""
    da = torch.empty_like(h, memory_format=torch.contiguous_format)
    sizes = (*h.shape[:2], 0, h.shape[2], CODES[f], 0, 0, len(h), *dh.stride())  # I = 0
    V_T = V.T.contiguous()
    unused = (None,) * 5  # no gradient of X, h_0, U, V or b
    _call("backward", sizes, (dh, h.contiguous(), None, None, None, V_T, da, da, *unused))
    return da


def _call(function: str, sizes: tuple[int, ...], tensors: tuple[Tensor | None, ...]) -> None:
    """Calls a function of `kernels.loops.functions` with the addresses of the tensors."""
    pointers = addresses(tensors)
    kernels = cast(Kernels, _kernels(tensors[0].dtype))  # type: ignore[union-attr]
    T, B, I, H, *_ = sizes
    threads = 1 if T * B * H * (I + H) < PARALLEL_THRESHOLD or forked() else torch.get_num_threads()
    arguments = struct.pack(f"{len(sizes) + len(pointers)}q", *sizes, *pointers)  # int64
    kernels.run_on_threads(kernels.addresses[function], arguments, threads)


PASSES = Passes(_forward, _backward)
