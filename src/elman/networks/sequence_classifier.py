"""The recurrent network of the slides as one that tells what a sequence is."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from elman.checks import check_flag, check_probability, check_size
from elman.layers import Readout


class SequenceClassifier(nn.Module):
    """Reads a sequence and tells its class by the last state (slide "Math behind RNN").

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_T = c + W h_T

    With two directions h_T is the last state of each: one has read the sequence to its end, the
    other to its beginning. With `mean` the readout sees beside it the mean of all states,
    `O_T = c + W [h_T, (1/T) Σ_t h_t]`, in which what stood in the middle is not forgotten.

    Args:
        input_size: inputs I of a time step.
        hidden_size: hidden units H.
        classes: outputs K.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        dropout: probability of zeroing an input, and an input of the readout, in training.
        mean: whether the readout sees the mean of the states, too.

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
        mean: bool = False,
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_size("classes", classes)
        check_probability("dropout", dropout)
        check_flag("mean", mean)
        self.mean = mean
        self.input_size = input_size
        self.dropout = dropout
        self.rnn = rnn(input_size, hidden_size)
        if getattr(self.rnn, "batch_first", False):
            raise ValueError("rnn.batch_first must be false in a sequence classifier")
        self.directions = 2 if getattr(self.rnn, "bidirectional", False) else 1
        self.readout = Readout((2 if mean else 1) * self.directions * hidden_size, classes)

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
        h, h_n = self.rnn(sequences)  # (T, B, D·H), (num_layers·D, B, H)
        read = h_n[-self.directions :].transpose(0, 1).flatten(1)  # h_T, last layer's, (B, D·H)
        if self.mean:
            read = torch.cat([read, _mean(h)], dim=-1)  # [h_T, (1/T) Σ_t h_t], (B, 2·D·H)
        read = functional.dropout(read, self.dropout, self.training)
        # O_T = c + W h_T
        O: Tensor = self.readout(read)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        W = self.readout.W
        X = torch.rand(3, 2, self.input_size, device=W.device, dtype=W.dtype)
        return X, torch.tensor([3, 2])


def _mean(h: Tensor | PackedSequence) -> Tensor:
    """The mean of each sequence's states, `(B, D·H)`."""
    if isinstance(h, Tensor):
        return h.mean(0)
    padded, lengths = pad_packed_sequence(h)  # zero after the end of a sequence
    return padded.sum(0) / lengths.to(padded.device).unsqueeze(1)
