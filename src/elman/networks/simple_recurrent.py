"""Elman's simple recurrent network, which predicts the next bits."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.layers import Readout
from elman.networks.rnn_check import check_rnn


class SimpleRecurrentNetwork(nn.Module):
    """Predicts the bits of the next time step at each time step (Elman 1990).

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t      ŷ_t = σ(O_t)

    The paper calls h_{t−1} the context units. Its f is logistic and h_0 = 0.5; with f = tanh and
    h_0 = 0 the network computes the same functions, as tanh(a) = 2 σ(2a) − 1.

    Args:
        input_size: inputs I of a time step.
        output_size: bits K to predict.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: `rnn` makes a layer with `bidirectional`, which would see the bits to predict,
            or with `batch_first`.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        hidden_size: int,
        rnn: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        self.input_size = check_size("input_size", input_size)
        check_size("output_size", output_size)
        check_size("hidden_size", hidden_size)
        self.rnn = rnn(input_size, hidden_size)
        self.readout = Readout(hidden_size, output_size)
        check_rnn(self.rnn, self)

    def forward(self, X: Tensor, h_0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Runs the network from a state.

        Args:
            X: inputs, `(T, B, I)`.
            h_0: the state after the previous inputs, `(num_layers, B, H)`; None: zero.

        Returns:
            ŷ: predicted bits from 0 to 1, `(T, B, K)`.
            h_n: the state after the last input, `(num_layers, B, H)`.
        """
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h, h_n = self.rnn(X, h_0)  # (T, B, H)
        # O_t = c + W h_t
        O = self.readout(h)  # (T, B, K)
        # ŷ_t = σ(O_t)
        return torch.sigmoid(O), h_n

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        return (torch.rand(3, 2, self.input_size, device=W.device, dtype=W.dtype),)
