"""A recurrent cell with layer normalization of the preactivations."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.equations import hidden_state
from elman.layers.rnn_cell import RNNCell


class LayerNormRNNCell(RNNCell):
    """`a_t = g ∘ (s_t − μ_t) / σ_t + b`, where `s_t = X_t U + h_{t−1} V`; `h_t = f(a_t)`.

    μ_t and σ_t are the mean and the standard deviation over the H components of s_t, for each
    sequence and time step (Ba, Kiros & Hinton 2016, equation 4). So the input of f is of order 1,
    for any size of s_t.

    Takes the arguments of `RNNCell`. To make a layer: `elman.RNN(…, cell=elman.LayerNormRNNCell)`.

    Attributes:
        U, V, b: as in `RNNCell`.
        g: the gain, `(H)`, initially 1.
    """

    g: nn.Parameter

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.g = nn.Parameter(torch.ones_like(self.V[0]))

    def reset_parameters(self) -> None:
        """Draws new random initial weights; sets g to 1."""
        super().reset_parameters()
        if hasattr(self, "g"):  # the constructor of the base class calls this before g exists
            nn.init.ones_(self.g)

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """One time step; `(…, I), (…, H) → (…, H)`."""
        # s_t = X_t U + h_{t−1} V
        U, V, b = self.weights()
        s_t = X_t @ U + h_previous @ V
        # a_t = g ∘ (s_t − μ_t) / σ_t + b
        a_t = functional.layer_norm(s_t, (self.hidden_size,), self.g, b)
        # h_t = f(a_t)
        return hidden_state(a_t, self.f)
