"""The recurrent network of the slides for classifying sequences."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from elman.checks import check_flag, check_probability, check_size
from elman.layers import Readout
from elman.networks.rnn_check import check_rnn


class SequenceClassifier(nn.Module):
    """Classifies a sequence from the final state (slide "Math behind RNN").

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_T = c + W h_T

    With two directions, h_T is the concatenation of the final states of both. With mean pooling,
    the readout also gets the mean of all states: `O_T = c + W [h_T, (1/T) Σ_t h_t]`. The mean keeps
    information from the middle of a long sequence.

    Args:
        input_size: inputs I of a time step.
        hidden_size: hidden units H.
        classes: outputs K.
        rnn: makes the recurrent layer from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.
        dropout: probability of zeroing an input, and an input of the readout, in training.
        mean_pooling: whether the readout also gets the mean of the states.

    Raises:
        TypeError, ValueError: a size is not a positive int, or `dropout` is not from 0 to 1.
        ValueError: `rnn` makes a layer with `batch_first`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        classes: int,
        rnn: Callable[[int, int], nn.Module],
        dropout: float = 0.0,
        mean_pooling: bool = False,
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_size("classes", classes)
        check_probability("dropout", dropout)
        check_flag("mean_pooling", mean_pooling)
        self.mean_pooling = mean_pooling
        self.input_size = input_size
        self.dropout = dropout
        self.rnn = rnn(input_size, hidden_size)
        check_rnn(self.rnn, self, may_be_bidirectional=True)
        self.directions = 2 if getattr(self.rnn, "bidirectional", False) else 1
        self.readout = Readout((2 if mean_pooling else 1) * self.directions * hidden_size, classes)

    def forward(self, X: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Classifies a batch of sequences.

        Args:
            X: `(T, B, I)`.
            lengths: the lengths of the sequences, `(B)`, from 1 to T; padding is ignored. None: all
                of length T.

        Returns:
            O_T: `(B, K)`.
        """
        X = functional.dropout(X, self.dropout, self.training)
        sequences: Tensor | PackedSequence = X
        if lengths is not None:
            sequences = pack_padded_sequence(X, lengths.cpu(), enforce_sorted=False)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h, h_n = self.rnn(sequences)  # (T, B, D·H), (num_layers·D, B, H)
        # h_T of the last layer, (B, D·H)
        features = h_n[-self.directions :].transpose(0, 1).flatten(1)
        if self.mean_pooling:
            features = torch.cat([features, _mean(h)], dim=-1)  # [h_T, (1/T) Σ_t h_t], (B, 2·D·H)
        features = functional.dropout(features, self.dropout, self.training)
        # O_T = c + W h_T
        O: Tensor = self.readout(features)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        X = torch.rand(3, 2, self.input_size, device=W.device, dtype=W.dtype)
        return X, torch.tensor([3, 2])


def _mean(h: Tensor | PackedSequence) -> Tensor:
    """The mean of each sequence's states, `(B, D·H)`."""
    if isinstance(h, Tensor):
        return h.mean(0)
    padded, lengths = pad_packed_sequence(h)  # zero at padding
    return padded.sum(0) / lengths.to(padded.device).unsqueeze(1)
