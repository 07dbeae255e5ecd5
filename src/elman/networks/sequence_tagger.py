"""The recurrent network of the slides with an output at every time step."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.layers import Readout
from elman.networks.rnn_check import check_rnn


class SequenceTagger(nn.Module):
    """Answers at every time step of a sequence (slide "Math behind RNN").

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t

    Args:
        input_size: inputs I of a time step.
        output_size: outputs K of a time step.
        hidden_size: hidden units H.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: `rnn` makes a layer with `bidirectional`, which would see the future, or with
            `batch_first`.
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

    def forward(self, X: Tensor) -> Tensor:
        """Inputs `(T, B, I)` → outputs O `(T, B, K)`."""
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h, _ = self.rnn(X)  # (T, B, H)
        # O_t = c + W h_t
        O: Tensor = self.readout(h)  # (T, B, K)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        return (torch.rand(3, 2, self.input_size, device=W.device, dtype=W.dtype),)
