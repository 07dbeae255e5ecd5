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
        look_back: number k of time steps after which the gradient through time is cut: the sequence
            is read in pieces of k steps, and no gradient flows from a piece to the previous one.
            With 1, the previous state is a constant input (Elman 1990). None: no cut.

    Raises:
        TypeError, ValueError: a size or `look_back` is not a positive int.
        ValueError: `rnn` makes a layer with `bidirectional`, which would see the future, or with
            `batch_first`.
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        hidden_size: int,
        rnn: Callable[[int, int], nn.Module],
        look_back: int | None = None,
    ) -> None:
        super().__init__()
        self.look_back = None if look_back is None else check_size("look_back", look_back)
        self.input_size = check_size("input_size", input_size)
        check_size("output_size", output_size)
        check_size("hidden_size", hidden_size)
        self.rnn = rnn(input_size, hidden_size)
        self.readout = Readout(hidden_size, output_size)
        check_rnn(self.rnn, self)

    def forward(self, X: Tensor) -> Tensor:
        """Inputs `(T, B, I)` → outputs O `(T, B, K)`."""
        states, h_n = [], None
        for piece in torch.split(X, self.look_back or max(1, len(X))):
            # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
            h, h_n = self.rnn(piece, h_n)
            h_n = h_n.detach()  # the state continues, the gradient stops
            states.append(h)
        # O_t = c + W h_t
        O: Tensor = self.readout(torch.cat(states))  # (T, B, H) → (T, B, K)
        return O

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        return (torch.rand(3, 2, self.input_size, device=W.device, dtype=W.dtype),)
