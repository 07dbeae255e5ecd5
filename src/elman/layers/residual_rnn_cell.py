"""A recurrent cell with a weighted residual connection from the previous state."""

from typing import Any

import torch
from torch import Tensor, nn

from elman.layers.rnn_cell import RNNCell


class ResidualRNNCell(RNNCell):
    """`h_t = β h_{t−1} + α f(a_t)`, where `a_t = X_t U + h_{t−1} V + b` and α, β are learned.

    The FastRNN of Kusupati et al. 2018: with β near 1 and small α, the gradient through time
    neither vanishes nor explodes. `α = σ(α̂)` and `β = σ(β̂)` stay between 0 and 1.

    Takes the arguments of `RNNCell`. To make a layer: `elman.RNN(…, cell=elman.ResidualRNNCell)`.

    Attributes:
        U, V, b: as in `RNNCell`.
        alpha_hat: α̂, scalar, initially −3: α = 0.047.
        beta_hat: β̂, scalar, initially 3: β = 0.953.
    """

    alpha_hat: nn.Parameter
    beta_hat: nn.Parameter

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alpha_hat = nn.Parameter(torch.full_like(self.V[0, 0], -3.0))
        self.beta_hat = nn.Parameter(torch.full_like(self.V[0, 0], 3.0))

    def reset_parameters(self) -> None:
        """Draws new random initial weights; sets α̂ and β̂ to −3 and 3."""
        super().reset_parameters()
        if hasattr(self, "beta_hat"):  # the constructor of the base class calls this before
            nn.init.constant_(self.alpha_hat, -3.0)
            nn.init.constant_(self.beta_hat, 3.0)

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """One time step; `(…, I), (…, H) → (…, H)`."""
        # f(a_t), a_t = X_t U + h_{t−1} V + b
        f_a_t = super().step(X_t, h_previous)
        # h_t = β h_{t−1} + α f(a_t)
        return torch.sigmoid(self.beta_hat) * h_previous + torch.sigmoid(self.alpha_hat) * f_a_t
