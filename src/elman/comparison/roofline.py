"""The machine's peak speed: floating-point operations per second of its own matrix products."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from elman.comparison.sizes import Sizes
from elman.comparison.timing import step_timer

MATRIX_SIZES = {"cpu": (512, 2048), "cuda": (8192,)}
REPETITIONS = 10


def peak_flops(device: torch.device) -> float:
    """The FLOP/s of the fastest float32 product of square matrices.

    On the CPU torch has two libraries for it. `torch.mm` calls BLAS. The linear operator calls
    oneDNN if its tensors are in oneDNN's layout.
    """
    best = 0.0
    for n in MATRIX_SIZES[device.type]:
        for product in _products(torch.randn(n, n, device=device)):
            measure = step_timer(product)
            best = max(best, 2 * n**3 / min(measure() for _ in range(REPETITIONS)))
    return best


def _products(A: Tensor) -> list[Callable[[], Tensor]]:
    products: list[Callable[[], Tensor]] = [partial(torch.mm, A, A)]
    if A.device.type == "cpu" and torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        A_onednn = A.to_mkldnn()
        products.append(partial(functional.linear, A_onednn, A_onednn))
    return products


def multiply_adds(sizes: Sizes, *, train: bool) -> int:
    """Multiply-add operations of the matrix products.

    The forward pass computes X U and h V. The backward pass adds ∂a Vᵀ, Xᵀ ∂a and hᵀ ∂a.
    """
    T, B, I, H = sizes
    return T * B * H * ((2 * I + 3 * H) if train else (I + H))
