"""The recurrent network of the slides as one that tells what a sequence is."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.layers import Readout


class SequenceClassifier(nn.Module):
    """Reads a sequence and tells its class by the last state (slide "Math behind RNN").

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_T = c + W h_T

    Args:
        input_size: numbers I of a time step; a flat input is cut into rows of so many.
        hidden_size: hidden units H.
        classes: outputs K.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: the layer takes its input batch first.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        classes: int,
        rnn: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_size("classes", classes)
        self.input_size = input_size
        self.rnn = rnn(input_size, hidden_size)
        if getattr(self.rnn, "batch_first", False):
            raise ValueError("rnn.batch_first must be false in a sequence classifier")
        directions = 2 if getattr(self.rnn, "bidirectional", False) else 1
        self.directions = directions
        self.readout = Readout(directions * hidden_size, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """Sequences, each time step after the other, `(B, T·I)` → O_T `(B, K)`."""
        # (B, T·I) → (T, B, I)
        X = inputs.view(len(inputs), -1, self.input_size).transpose(0, 1)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        _, h_n = self.rnn(X)  # (num_layers·D, B, H)
        h_T = h_n[-self.directions :].transpose(0, 1).flatten(1)  # of the last layer, (B, D·H)
        # O_T = c + W h_T
        O: Tensor = self.readout(h_T)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        W = self.readout.W
        return (torch.rand(2, 3 * self.input_size, device=W.device, dtype=W.dtype),)
