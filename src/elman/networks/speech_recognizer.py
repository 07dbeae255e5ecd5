"""The recurrent network of the slides for speech recognition."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from elman.checks import check_size
from elman.layers import Readout
from elman.networks.rnn_check import check_rnn


class SpeechRecognizer(nn.Module):
    """Predicts a character or the blank at each time step (slide "Math behind RNN").

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t      ŷ_t = softmax(O_t)

    Output 0 is the blank of connectionist temporal classification, see `elman.tasks.speech.ctc`.

    Args:
        input_size: inputs I of a time step.
        outputs: outputs K: the characters and the blank.
        hidden_size: hidden units H of each direction.
        rnn: makes the recurrent layers from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: `rnn` makes a layer with `batch_first`.
    """

    def __init__(
        self,
        input_size: int,
        outputs: int,
        hidden_size: int,
        rnn: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("outputs", outputs)
        check_size("hidden_size", hidden_size)
        self.input_size = input_size
        self.rnn = rnn(input_size, hidden_size)
        check_rnn(self.rnn, self, may_be_bidirectional=True)
        directions = 2 if getattr(self.rnn, "bidirectional", False) else 1
        self.readout = Readout(directions * hidden_size, outputs)

    def forward(self, X: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Computes the log-probabilities of characters for utterances.

        Args:
            X: utterances, padded at the end, `(T, B, I)`.
            lengths: number of time steps of each utterance, `(B)`, at least 1.

        Returns:
            log ŷ: log-probabilities, `(T, B, K)`; undefined at padding.
            lengths: the argument `lengths`.
        """
        packed = pack_padded_sequence(X, lengths.cpu(), enforce_sorted=False)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        h, _ = self.rnn(packed)
        h, _ = pad_packed_sequence(h, total_length=len(X))  # (T, B, D·H)
        # O_t = c + W h_t
        O = self.readout(h)  # (T, B, K)
        # log ŷ_t = log softmax(O_t), in one stable operation
        return O.log_softmax(-1), lengths

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        X = torch.rand(5, 2, self.input_size, device=W.device, dtype=W.dtype)
        return X, torch.tensor([5, 3])
