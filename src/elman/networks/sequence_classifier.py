"""The recurrent network of the slides as one that tells what a sequence is."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from elman.checks import check_probability, check_size
from elman.layers import Readout


class SequenceClassifier(nn.Module):
    """Reads a sequence and tells its class by the last state (slide "Math behind RNN").

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_T = c + W h_T

    With two directions h_T is the last state of each: one has read the sequence to its end, the
    other to its beginning.

    Args:
        input_size: inputs I of a time step.
        hidden_size: hidden units H.
        classes: outputs K.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        dropout: probability of zeroing an input, and an input of the readout, in training.

    Raises:
        TypeError, ValueError: a size is not a positive int, or `dropout` no probability.
        ValueError: the layer takes its input batch first.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        classes: int,
        rnn: Callable[[int, int], nn.Module],
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_size("classes", classes)
        check_probability("dropout", dropout)
        self.input_size = input_size
        self.dropout = dropout
        self.rnn = rnn(input_size, hidden_size)
        if getattr(self.rnn, "batch_first", False):
            raise ValueError("rnn.batch_first must be false in a sequence classifier")
        self.directions = 2 if getattr(self.rnn, "bidirectional", False) else 1
        self.readout = Readout(self.directions * hidden_size, classes)

    def forward(self, X: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Tells the classes of a batch of sequences.

        Args:
            X: `(T, B, I)`.
            lengths: where they differ, how many time steps of each are its own, `(B)`, 1 to T;
                what comes after them is not read.

        Returns:
            O_T: `(B, K)`.
        """
        X = functional.dropout(X, self.dropout, self.training)
        sequences: Tensor | PackedSequence = X
        if lengths is not None:
            sequences = pack_padded_sequence(X, lengths.cpu(), enforce_sorted=False)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        _, h_n = self.rnn(sequences)  # (num_layers·D, B, H)
        h_T = h_n[-self.directions :].transpose(0, 1).flatten(1)  # of the last layer, (B, D·H)
        h_T = functional.dropout(h_T, self.dropout, self.training)
        # O_T = c + W h_T
        O: Tensor = self.readout(h_T)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        W = self.readout.W
        X = torch.rand(3, 2, self.input_size, device=W.device, dtype=W.dtype)
        return X, torch.tensor([3, 2])
