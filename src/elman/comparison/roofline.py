"""What the machine can do at most: the speed of its matrix products."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from elman.comparison.sizes import Sizes
from elman.comparison.speed import measurement

SHAPES = {"cpu": (512, 2048), "cuda": (8192,)}  # of square matrices; the best of them counts


def peak_flops(device: torch.device) -> float:
    """Floating-point operations a second of a float32 matrix product, the fastest of several.

    On the CPU torch has two libraries for it: `torch.mm` asks the one of BLAS, the linear operator
    on tensors laid out by oneDNN the other.
    """
    best = 0.0
    for n in SHAPES[device.type]:
        for product in _products(torch.randn(n, n, device=device)):
            seconds = measurement(product, device)
            best = max(best, 2 * n**3 / min(seconds() for _ in range(10)))
    return best


def _products(A: Tensor) -> list[Callable[[], Tensor]]:
    found: list[Callable[[], Tensor]] = [partial(torch.mm, A, A)]
    if A.device.type == "cpu" and torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        A_onednn = A.to_mkldnn()
        found.append(partial(functional.linear, A_onednn, A_onednn))
    return found


def multiplications(sizes: Sizes, *, train: bool) -> int:
    """Of the matrix products: X U and h V; in training ∂a Vᵀ, Xᵀ ∂a and hᵀ ∂a, too."""
    T, B, I, H = sizes
    return T * B * H * ((2 * I + 3 * H) if train else (I + H))
