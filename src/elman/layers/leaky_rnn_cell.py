"""A recurrent cell whose state leaks away slowly."""

from typing import Any

from torch import Tensor

from elman.checks import check_probability
from elman.layers.rnn_cell import RNNCell


class LeakyRNNCell(RNNCell):
    """`h_t = (1 − α) h_{t−1} + α f(a_t)`, where `a_t = X_t U + h_{t−1} V + b`.

    Leaky integration (Jaeger, Lukoševičius, Popovici & Siewert 2007): the state changes slowly, and
    the gradient has a path back through time that shrinks only by the factor 1 − α a step.

    Takes the arguments of `RNNCell` and `alpha`. To make a layer:
    `elman.RNN(…, cell=functools.partial(elman.LeakyRNNCell, alpha=0.1))`.

    Args:
        *args: of `RNNCell`.
        alpha: the leaking rate α, from 0 to 1; 1: the plain cell.
        **kwargs: of `RNNCell`.

    Raises:
        ValueError: `alpha` is not from 0 to 1.
    """

    def __init__(self, *args: Any, alpha: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alpha = check_probability("alpha", alpha)

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """One time step; `(…, I), (…, H) → (…, H)`."""
        # f(a_t), a_t = X_t U + h_{t−1} V + b
        f_a_t = super().step(X_t, h_previous)
        # h_t = (1 − α) h_{t−1} + α f(a_t)
        return (1 - self.alpha) * h_previous + self.alpha * f_a_t

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        return f"{super().extra_repr()}, alpha={self.alpha}"
