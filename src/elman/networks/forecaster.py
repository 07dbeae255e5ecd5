"""The recurrent network of the slides for forecasting a time series."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.layers import Readout
from elman.networks.rnn_check import check_rnn


def seasonal_naive(x: Tensor, season: int, horizon: int) -> Tensor:
    """`x̂_{T+k} = x_{T+k−s⌈k/s⌉}`: the last season s repeats; `(B, T) → (B, horizon)`."""
    k = torch.arange(horizon, device=x.device)
    return x[:, -season:][:, k % season]


class Forecaster(nn.Module):
    """Forecasts from the differences between values one season apart.

        d_t = x_t − x_{t−s}      a_t = d_t U + h_{t−1} V + b      h_t = f(a_t)

        x̂_{T+k} = x_{T+k−s⌈k/s⌉} + O_k      O = c + W h_T

    So O_k is a correction of the seasonal naive forecast. With s = 1, d_t is the difference of
    neighbouring values, and O_k is the change since the last value.

    Args:
        season: period s of the series in time steps; 1: no season.
        horizon: number K of values to forecast.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from I = 1 and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Attributes:
        interval: offsets of the lower and the upper end of the prediction interval from the
            forecast, `(2, horizon)`; initially zero, set by the training.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: `rnn` makes a layer with `bidirectional` or `batch_first`.
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
        check_rnn(self.rnn, self)

    def forward(self, x: Tensor) -> Tensor:
        """Consecutive values `(B, T)`, with T > s → forecast of the next values `(B, K)`."""
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
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        return (torch.rand(2, self.season + 3, device=W.device, dtype=W.dtype),)
