"""Which tensors compiled code may read and write by their address."""

import torch
from torch import Tensor, nn

DTYPES = {torch.float32: "float32", torch.float64: "float64"}
STRIDED = torch.strided
KINDS = frozenset({Tensor, nn.Parameter})  # a subclass may be anything, and wants to see each call


def addressable(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    ended: Tensor | None = None,
    *states: Tensor,
) -> bool:
    """Whether all arguments of the recurrence are plain numbers in the memory of the CPU.

    They are if none is of a subclass, all lie on the CPU in rows and columns, have one dtype that
    is compiled for and the right shapes, and none is a view that stands for its negative. That no
    mode watches them is for `traced` to say.

    Args:
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        ended: `(T, B, 1)`, or None.
        states: h or ∂h, `(T, B, H)`.
    """
    dtype = X.dtype
    for x in (X, h_0, U, V, b, *states):
        if (
            type(x) not in KINDS
            or not x.is_cpu
            or x.dtype is not dtype
            or x.layout is not STRIDED
            or x.is_neg()
        ):
            return False
    if dtype not in DTYPES or X.dim() != 3 or V.dim() != 2:
        return False
    T, B, I = X.shape
    H = V.shape[-1]
    if h_0.shape != (B, H) or U.shape != (I, H) or V.shape != (H, H) or b.shape != (H,):
        return False
    if ended is not None and not (
        type(ended) is Tensor
        and ended.is_cpu
        and ended.dtype is torch.bool
        and ended.shape == (T, B, 1)
    ):
        return False
    return not states or all(h.shape == (T, B, H) for h in states)


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
    found = [0 if x is None else x.data_ptr() for x in tensors]
    if 0 in found and any(x is not None and x.data_ptr() == 0 for x in tensors):
        raise RuntimeError("the input, hx or a weight has no memory: its storage has been freed")
    return found
