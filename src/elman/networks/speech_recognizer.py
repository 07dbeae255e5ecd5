"""The recurrent network of the slides as one that writes down what it hears."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from elman.checks import check_size
from elman.layers import Readout


class SpeechRecognizer(nn.Module):
    """Tells at each time step which character is said, or none (slide "Math behind RNN").

        a_t = X_t U + h_{t−1} V + b      h_t = f(a_t)      O_t = c + W h_t      ŷ_t = softmax(O_t)

    Output 0 is the blank of connectionist temporal classification, see `elman.tasks.speech.ctc`.

    Args:
        input_size: numbers I of a time step.
        outputs: characters and the blank, K.
        hidden_size: hidden units H of each direction.
        rnn: makes the recurrent layers from I and H: `elman.RNN`, or `torch.nn.RNN` to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: the layer takes its input batch first.
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
        if getattr(self.rnn, "batch_first", False):
            raise ValueError("rnn.batch_first must be false in a speech recognizer")
        directions = 2 if getattr(self.rnn, "bidirectional", False) else 1
        self.readout = Readout(directions * hidden_size, outputs)

    def forward(self, X: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Hears utterances.

        Args:
            X: padded at the end, `(T, B, I)`.
            lengths: time steps of each utterance, `(B)`, at least one.

        Returns:
            log ŷ: logarithms of probabilities, `(T, B, K)`; of no meaning where X is padding.
            lengths: as given.
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
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        W = self.readout.W
        X = torch.rand(5, 2, self.input_size, device=W.device, dtype=W.dtype)
        return X, torch.tensor([5, 3])
