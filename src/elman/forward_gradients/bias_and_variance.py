"""How far each method's gradient is from that of BPTT: its bias and its variance."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from elman.checks import check_size
from elman.equations import NONLINEARITIES, Nonlinearity
from elman.forward_gradients.arguments import check_nonlinearity
from elman.forward_gradients.base import Gradients
from elman.forward_gradients.rtrl import RTRL
from elman.forward_gradients.sequence import sequence_gradients
from elman.forward_gradients.snap1 import SnAp1
from elman.forward_gradients.uoro import UORO
from elman.reference import bptt
from elman.reference.nonlinearities import Array


class GradientError(NamedTuple):
    """The error of one method; g is BPTT's gradient of U, V and b as one vector.

    Attributes:
        method: its name.
        bias: `‖ḡ_N − g‖ / ‖g‖`, where ḡ_N is the mean of N gradients.
        standard_error: `√(variance / N)`: the bias to expect of an unbiased method, from noise
            alone. Zero if the method draws no random numbers.
        variance: `Σ_n ‖g_n − ḡ_N‖² / (N − 1) / ‖g‖²`.
    """

    method: str
    bias: float
    standard_error: float
    variance: float


def bias_and_variance(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    dC_dh: Tensor,
    draws: int = 100,
    chunks: Sequence[int] = (1, 4, 16),
    generator: torch.Generator | None = None,
) -> list[GradientError]:
    """Compares RTRL, SnAp-1, UORO and truncated BPTT with BPTT, on one batch.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: `torch.tanh`, `torch.relu` or `torch.sigmoid`.
        dC_dh: `∂C_t/∂h_t`, the gradient through the output at each time step alone, `(T, B, H)`.
        draws: N, how many gradients UORO draws, at least 2.
        chunks: time steps per chunk of truncated BPTT.
        generator: of UORO's random signs.

    Returns:
        One error for each method.

    Raises:
        TypeError: an argument is not a tensor of real floating-point numbers, or a number is not
            an int.
        ValueError: `draws` is less than 2, a chunk is not positive, the shapes do not match, a
            dtype or device differs from that of U, f′ is not known, or BPTT's gradient is zero.
    """
    if check_size("draws", draws) < 2:
        raise ValueError(f"draws must be at least 2, got {draws}")
    for chunk in chunks:
        check_size("each of chunks", chunk)
    network = (h_0, U, V, b, f)
    estimates = {
        "RTRL": [sequence_gradients(RTRL(*network), X, dC_dh)],
        "SnAp-1": [sequence_gradients(SnAp1(*network), X, dC_dh)],
        "UORO": [sequence_gradients(UORO(*network, generator), X, dC_dh) for _ in range(draws)],
    }
    for chunk in chunks:
        name = f"truncated BPTT, {chunk} step{'s' if chunk > 1 else ''}"
        estimates[name] = [_bptt(X, *network, dC_dh, chunk)]
    g = _vector(_bptt(X, *network, dC_dh))
    if not g.any():
        raise ValueError("the gradient of BPTT is zero, so no error can be relative to it")
    return [
        _error(method, torch.stack([_vector(each) for each in gradients]), g)
        for method, gradients in estimates.items()
    ]


def _bptt(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    dC_dh: Tensor,
    chunk: int | None = None,
) -> Gradients:
    """The NumPy reference's gradient."""
    known = check_nonlinearity(f)
    name = next(name for name, each in NONLINEARITIES.items() if each is known)
    found = bptt(
        _array(dC_dh), _array(X), _array(h_0), _array(U), _array(V), _array(b), name, chunk
    )
    return Gradients(*map(torch.from_numpy, (found.U, found.V, found.b)))


def _array(x: Tensor) -> Array:
    array: Array = x.detach().cpu().double().numpy()
    return array


def _vector(gradients: Gradients) -> Tensor:
    return torch.cat([gradient.double().cpu().flatten() for gradient in gradients])


def _error(method: str, estimates: Tensor, g: Tensor) -> GradientError:
    """The error of N gradients, `(N, weights)`."""
    N = len(estimates)
    mean = estimates.mean(0)
    bias = (mean - g).norm() / g.norm()
    variance = (estimates - mean).square().sum() / max(N - 1, 1) / g.square().sum()
    return GradientError(method, float(bias), float((variance / N).sqrt()), float(variance))
