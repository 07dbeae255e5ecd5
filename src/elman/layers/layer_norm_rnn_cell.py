"""A recurrent cell whose preactivations are normalised."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.equations import hidden_state
from elman.layers.rnn_cell import RNNCell


class LayerNormRNNCell(RNNCell):
    """`a_t = g ∘ (s_t − μ_t) / σ_t + b`, where `s_t = X_t U + h_{t−1} V`; `h_t = f(a_t)`.

    μ_t and σ_t are the mean and the standard deviation of the H components of s_t, of each
    sequence and at each time step (Ba, Kiros & Hinton 2016, equation 4). However large s_t grows,
    f sees numbers of the order of 1.

    Takes the arguments of `RNNCell`; for a layer `elman.RNN(…, cell=elman.LayerNormRNNCell)`.

    Attributes:
        U, V, b: as in `RNNCell`.
        g: the gain, `(H)`, 1 at first.
    """

    g: nn.Parameter

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.g = nn.Parameter(torch.ones_like(self.V[0]))

    def reset_parameters(self) -> None:
        """Draws new initial weights."""
        super().reset_parameters()
        if hasattr(self, "g"):  # not yet when the base class draws the first weights
            nn.init.ones_(self.g)

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """The equations; `(…, I), (…, H) → (…, H)`."""
        # s_t = X_t U + h_{t−1} V
        U, V, b = self.weights()
        s_t = X_t @ U + h_previous @ V
        # a_t = g ∘ (s_t − μ_t) / σ_t + b
        a_t = functional.layer_norm(s_t, (self.hidden_size,), self.g, b)
        # h_t = f(a_t)
        return hidden_state(a_t, self.f)
