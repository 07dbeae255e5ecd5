"""A recurrent cell with dropout inside the recurrence."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from elman.checks import check_probability
from elman.layers.rnn_cell import RNNCell
from elman.recurrence import Engine, unroll


class VariationalRNNCell(RNNCell):
    """`a_t = (X_t ∘ m_X) U + (h_{t−1} ∘ m_h) V + b`, `h_t = f(a_t)`, with dropout masks m_X, m_h.

    Variational dropout (Gal & Ghahramani 2016): in training, m_X and m_h are drawn once for each
    sequence and used at all of its time steps. So the components that are not dropped can carry
    information over a long time. A component of a mask is 0 with probability `dropout`, else
    1/(1 − dropout).

    Takes the arguments of `RNNCell` and `dropout`. To make a layer:
    `elman.RNN(…, cell=functools.partial(elman.VariationalRNNCell, dropout=0.25))`.

    Args:
        *args: of `RNNCell`.
        dropout: probability of zeroing an input or a component of the state.
        **kwargs: of `RNNCell`.

    Raises:
        ValueError: `dropout` is not from 0 to 1.
    """

    def __init__(self, *args: Any, dropout: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dropout = check_probability("dropout", dropout)

    def _single_step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """One time step with new masks; `unfold` uses the same masks for a whole sequence."""
        m_X, m_h = self._mask(X_t, X_t.shape), self._mask(X_t, h_previous.shape)
        return self.step(X_t * m_X, h_previous * m_h)

    def unfold(
        self, X: Tensor, h_0: Tensor, padding_mask: Tensor | None = None, engine: Engine = "auto"
    ) -> Tensor:
        """All time steps with the same masks; see `RNNCell.unfold`."""
        self._check_unrolled(engine)
        if not self.training:
            return super().unfold(X, h_0, padding_mask, engine)
        m_X, m_h = self._mask(X, X.shape[1:]), self._mask(X, h_0.shape)  # (B, I), (B, H)
        # a_t = (X_t ∘ m_X) U + (h_{t−1} ∘ m_h) V + b, h_t = f(a_t) for t = 1 … T
        return unroll(lambda X_t, h: self.step(X_t, h * m_h), X * m_X, h_0, padding_mask)

    def _mask(self, like: Tensor, shape: torch.Size) -> Tensor:
        return functional.dropout(like.new_ones(shape), self.dropout, self.training)

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        return f"{super().extra_repr()}, dropout={self.dropout}"
