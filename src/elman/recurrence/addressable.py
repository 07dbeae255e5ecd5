"""Which tensors compiled code can read and write through pointers."""

from typing import NoReturn

import torch
from torch import Tensor, nn

DTYPES = {torch.float32: "float32", torch.float64: "float64"}
STRIDED = torch.strided
TYPES = frozenset({Tensor, nn.Parameter})  # a subclass may override any operation


def are_addressable(
    X: Tensor, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor, padding_mask: Tensor | None = None
) -> bool:
    """Whether compiled code can access all arguments of the recurrence through pointers.

    It can if each is plain (see `is_plain`) and has its right shape, and all have one dtype that is
    compiled for. `is_traced` checks for torch modes. Written without loops for speed: every forward
    pass calls it.

    Args:
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        padding_mask: `(T, B, 1)`, or None.
    """
    dtype = X.dtype
    if not (
        TYPES.issuperset((type(X), type(h_0), type(U), type(V), type(b)))
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
    except ValueError:  # another number of dimensions
        return False
    if h_0.shape != (B, H) or U.shape != (I, H) or V.shape != (H, H):
        return False
    return padding_mask is None or is_plain(padding_mask, torch.bool, (T, B, 1))


def is_plain(x: Tensor, dtype: torch.dtype, shape: tuple[int, ...]) -> bool:
    """Whether x is a strided CPU tensor of this dtype and shape.

    Subclasses, sparse tensors and lazily negated views do not count.
    """
    return (
        type(x) in TYPES
        and x.is_cpu
        and x.layout is STRIDED
        and x.dtype is dtype
        and not x.is_neg()
        and x.shape == shape
    )


def are_consistent(X: Tensor, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor) -> bool:
    """Whether all are real tensors of one dtype and device with the right shapes, no subclasses.

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
        type(x) in TYPES
        and x.dtype == X.dtype
        and x.device == X.device
        and x.layout is STRIDED
        and x.shape == shape
        for x, shape in zip((X, h_0, U, V, b), shapes, strict=True)
    )


def addresses(tensors: tuple[Tensor | None, ...]) -> list[int]:
    """The address of each tensor's first element; 0 for None.

    Raises:
        RuntimeError: a tensor has no memory. Its storage was freed, as FSDP does between passes, or
            it was made inside a `torch.func` transform that is finished.
    """
    return [0 if x is None else x.data_ptr() or _refuse() for x in tensors]


def _refuse() -> NoReturn:
    raise RuntimeError(
        "the input, hx or a weight has no memory: its storage has been freed, or it is a "
        "zero tensor that torch has not allocated; x.clone() makes an ordinary tensor of the latter"
    )
