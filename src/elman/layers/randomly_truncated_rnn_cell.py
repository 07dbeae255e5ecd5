"""A recurrent cell whose gradient through time is truncated at random steps."""

from typing import Any

import torch
from torch import Tensor

from elman.checks import check_positive, check_probability
from elman.layers.rnn_cell import RNNCell
from elman.recurrence import Engine, unroll


class RandomlyTruncatedRNNCell(RNNCell):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)`; the gradient flows from t to t−1 by chance.

    Randomized truncation (Tallec & Ollivier 2017): in training, with `ξ_t ~ Bernoulli(p)` for each
    sequence and each t > 1,

        ∂C/∂h_{t−1} = ∂C_{t−1}/∂h_{t−1} + (ξ_t / p) ∂C/∂a_t Vᵀ

    The states are those of the plain cell, and the mean of the gradient is the gradient of full
    backpropagation. A gradient flows back over 1/(1 − p) time steps on average. The smaller p, the
    larger the variance.

    Takes the arguments of `RNNCell` and `p`. To make a layer:
    `elman.RNN(…, cell=functools.partial(elman.RandomlyTruncatedRNNCell, p=0.9))`.

    Args:
        *args: of `RNNCell`.
        p: probability that the gradient flows from a time step to the previous one.
        **kwargs: of `RNNCell`.

    Raises:
        ValueError: `p` is not greater than 0 and at most 1.
    """

    def __init__(self, *args: Any, p: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        check_positive("p", p)
        self.p = check_probability("p", p)

    def _single_step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        if self.training:
            h_previous = _gated(h_previous, self._gates(h_previous[..., :1]))
        return self.step(X_t, h_previous)

    def unfold(
        self, X: Tensor, h_0: Tensor, padding_mask: Tensor | None = None, engine: Engine = "auto"
    ) -> Tensor:
        """All time steps; see `RNNCell.unfold`. In evaluation, the plain cell on any engine."""
        if not self.training:
            return super().unfold(X, h_0, padding_mask, engine)
        self._check_unrolled(engine)
        gates = torch.cat([torch.ones_like(X[:1, :, :1]), self._gates(X[1:, :, :1])])  # (T, B, 1)

        def step(inputs: Tensor, h_previous: Tensor) -> Tensor:
            X_t, gate = inputs[:, :-1], inputs[:, -1:]
            return self.step(X_t, _gated(h_previous, gate))

        return unroll(step, torch.cat([X, gates], dim=-1), h_0, padding_mask)

    def _gates(self, like: Tensor) -> Tensor:
        """Random `ξ / p`."""
        return torch.bernoulli(torch.full_like(like, self.p)) / self.p

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        return f"{super().extra_repr()}, p={self.p}"


def _gated(h: Tensor, gate: Tensor) -> Tensor:
    """h, whose gradient is multiplied by the gate."""
    # h + (ξ/p) (h − h), where no gradient flows through the first and the last h
    constant = h.detach()
    return constant + gate * (h - constant)
