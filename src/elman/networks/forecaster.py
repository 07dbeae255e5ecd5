"""The recurrent network of the slides as one that forecasts a series of values."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.layers import Readout


def seasonal_naive(x: Tensor, season: int, horizon: int) -> Tensor:
    """`x̂_{T+k} = x_{T+k−s⌈k/s⌉}`: the last season s repeats; `(B, T) → (B, horizon)`."""
    k = torch.arange(horizon, device=x.device)
    return x[:, -season:][:, k % season]


class Forecaster(nn.Module):
    """Reads how values have changed from season to season, and tells how they will.

        d_t = x_t − x_{t−s}      a_t = d_t U + h_{t−1} V + b      h_t = f(a_t)

        x̂_{T+k} = x_{T+k−s⌈k/s⌉} + O_k      O = c + W h_T

    With s = 1 it reads the changes from step to step, and O is the change since the last value.

    Args:
        season: steps s after which the values are similar; 1: none.
        horizon: values K to forecast.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from its inputs, 1, and H: `elman.RNN`, or `torch.nn.RNN` to
            compare.

    Attributes:
        interval: what to add to the forecast for the low and the high end of an interval,
            `(2, horizon)`; whoever trains the network sets it, zero at first.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: the layer reads from the end or takes its input batch first.
    """

    interval: Tensor

    def __init__(
        self,
        season: int,
        horizon: int,
        hidden_size: int,
        rnn: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        check_size("season", season)
        check_size("horizon", horizon)
        check_size("hidden_size", hidden_size)
        self.season = season
        self.horizon = horizon
        self.rnn = rnn(1, hidden_size)
        self.readout = Readout(hidden_size, horizon)
        self.register_buffer("interval", torch.zeros(2, horizon))
        for flag in ("bidirectional", "batch_first"):
            if getattr(self.rnn, flag, False):
                raise ValueError(f"rnn.{flag} must be false in a forecaster")

    def forward(self, x: Tensor) -> Tensor:
        """Values in a row, more than a season, `(B, T)` → the values after them `(B, K)`."""
        # d_t = x_t − x_{t−s}
        d = x[:, self.season :] - x[:, : -self.season]  # (B, T−s)
        # a_t = d_t U + h_{t−1} V + b, h_t = f(a_t)
        _, h_n = self.rnn(d.T.unsqueeze(-1))  # (T−s, B, 1) → (num_layers, B, H)
        # O = c + W h_T
        O = self.readout(h_n[-1])  # (B, K)
        # x̂_{T+k} = x_{T+k−s⌈k/s⌉} + O_k
        x_hat: Tensor = seasonal_naive(x, self.season, self.horizon) + O
        return x_hat

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        W = self.readout.W
        return (torch.rand(2, self.season + 3, device=W.device, dtype=W.dtype),)
