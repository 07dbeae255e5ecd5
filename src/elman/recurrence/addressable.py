"""Which tensors compiled code may read and write by their address."""

from typing import NoReturn

import torch
from torch import Tensor, nn

DTYPES = {torch.float32: "float32", torch.float64: "float64"}
STRIDED = torch.strided
KINDS = frozenset({Tensor, nn.Parameter})  # a subclass may be anything, and wants to see each call


def addressable(
    X: Tensor, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor, ended: Tensor | None = None
) -> bool:
    """Whether all arguments of the recurrence are plain numbers in the memory of the CPU.

    They are if each is plain (see there), of one dtype that is compiled for, and of its shape. That
    no mode watches them is for `traced` to say. Written out for speed: it is asked in every pass.

    Args:
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        ended: `(T, B, 1)`, or None.
    """
    dtype = X.dtype
    if not (
        KINDS.issuperset((type(X), type(h_0), type(U), type(V), type(b)))
        and (X.is_cpu and h_0.is_cpu and U.is_cpu and V.is_cpu and b.is_cpu)
        and (STRIDED is X.layout is h_0.layout is U.layout is V.layout is b.layout)
        and (dtype in DTYPES and dtype is h_0.dtype is U.dtype is V.dtype is b.dtype)
    ):
        return False
    if X.is_neg() or h_0.is_neg() or U.is_neg() or V.is_neg() or b.is_neg():
        return False
    try:
        T, B, I = X.shape
        (H,) = b.shape
    except ValueError:  # other dimensions
        return False
    if h_0.shape != (B, H) or U.shape != (I, H) or V.shape != (H, H):
        return False
    return ended is None or plain(ended, torch.bool, (T, B, 1))


def plain(x: Tensor, dtype: torch.dtype, shape: tuple[int, ...]) -> bool:
    """Whether x is a tensor of numbers in rows and columns in the memory of the CPU.

    Not one of a subclass, not sparse, not a view that stands for its negative.
    """
    return (
        type(x) in KINDS
        and x.is_cpu
        and x.layout is STRIDED
        and x.dtype is dtype
        and not x.is_neg()
        and x.shape == shape
    )


def uniform(X: Tensor, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor) -> bool:
    """Whether all are real, have one dtype, one device and the right shapes; none of a subclass.

    Args:
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
    """
    if X.dim() != 3 or V.dim() != 2 or X.is_complex():
        return False
    (_, B, I), H = X.shape, V.shape[-1]
    shapes = X.shape, (B, H), (I, H), (H, H), (H,)
    return all(
        type(x) in KINDS
        and x.dtype == X.dtype
        and x.device == X.device
        and x.layout is STRIDED
        and x.shape == shape
        for x, shape in zip((X, h_0, U, V, b), shapes, strict=True)
    )


def addresses(tensors: tuple[Tensor | None, ...]) -> list[int]:
    """Where each tensor begins, 0 for None.

    Raises:
        RuntimeError: one has no memory: it was given back, as FSDP does between two passes, or the
            tensor is what a `torch.func` transform has left behind.
    """
    return [0 if x is None else x.data_ptr() or _refuse() for x in tensors]


def _refuse() -> NoReturn:
    raise RuntimeError(
        "the input, hx or a weight has no memory: its storage has been freed, or it stands for "
        "zeros that torch has not written, of which x.clone() is an ordinary tensor"
    )
