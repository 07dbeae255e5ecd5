"""The weights and the input of the small network that the page computes itself."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

TIME_STEPS, INPUTS, HIDDEN, OUTPUTS = 30, 1, 4, 1


class SmallNetwork(NamedTuple):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)`, `O_t = c + W h_t`, `C_t = Σ (O_t − y_t)²`.

    Attributes:
        X: inputs, `(T, I)`.
        y: target values, `(T, K)`.
        U: `(I, H)`.
        V: a rotation, `(H, H)`; the page multiplies it by a scale.
        b: `(H)`.
        W: `(K, H)`.
        c: `(K)`.
    """

    X: Tensor
    y: Tensor
    U: Tensor
    V: Tensor
    b: Tensor
    W: Tensor
    c: Tensor


def small_network() -> SmallNetwork:
    """Always the same numbers, in float64."""
    generator = torch.Generator().manual_seed(0)

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    X, y = random(TIME_STEPS, INPUTS), random(TIME_STEPS, OUTPUTS)
    U, b = random(INPUTS, HIDDEN) / 2, random(HIDDEN) / 10
    W, c = random(OUTPUTS, HIDDEN) / 2, random(OUTPUTS) / 10
    V = nn.init.orthogonal_(torch.empty(HIDDEN, HIDDEN, dtype=torch.float64), generator=generator)
    return SmallNetwork(X, y, U, V, b, W, c)
