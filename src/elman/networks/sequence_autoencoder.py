"""An autoencoder for sequences, with two recurrent networks: encoder and decoder."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.equations import NONLINEARITIES
from elman.layers import Readout
from elman.networks.rnn_check import check_rnn


class SequenceAutoencoder(nn.Module):
    """Encodes a sequence in a code of its final state, and reconstructs it from the code.

        a_t = X_t U + h_{t−1} V + b        h_t = f(a_t)         code = c + W h_T
        a′_t = code U′ + h′_{t−1} V′ + b′  h′_t = f(a′_t)       X̂_t = σ(c′ + W′ h′_t)

    The input of the decoder is the code at each time step. The reconstruction has the order and
    the length of the input.

    Args:
        input_size: inputs I of a time step, with values from 0 to 1; a flat input is cut into time
            steps of this size.
        hidden_size: hidden units H of each network.
        code_size: size of the code.
        rnn: makes a recurrent layer from its input and hidden size: `elman.RNN`, or `torch.nn.RNN`
            to compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: `rnn` makes a layer with `bidirectional` or `batch_first`.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        code_size: int,
        rnn: Callable[[int, int], nn.Module],
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_size("code_size", code_size)
        self.input_size = input_size
        self.code_size = code_size
        self.reader = rnn(input_size, hidden_size)
        self.code = Readout(hidden_size, code_size)
        self.writer = rnn(code_size, hidden_size)
        self.readout = Readout(hidden_size, input_size)
        check_rnn(self.reader, self)

    def encode(self, inputs: Tensor) -> Tensor:
        """Flat sequences `(B, T·I)` → codes `(B, code_size)`.

        Raises:
            ValueError: the size of a sequence is not a multiple of I.
        """
        if inputs.shape[1] % self.input_size:
            raise ValueError(
                f"input_size must divide the size {inputs.shape[1]} of a sequence, got "
                f"{self.input_size}"
            )
        # (B, T·I) → (T, B, I)
        X = inputs.view(len(inputs), -1, self.input_size).transpose(0, 1)
        # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
        _, h_n = self.reader(X)  # (num_layers, B, H)
        # code = c + W h_T
        code: Tensor = self.code(h_n[-1])
        return code

    def forward(self, inputs: Tensor) -> Tensor:
        """Flat sequences `(B, T·I)` → reconstructions X̂ `(B, T·I)`."""
        T = inputs.shape[1] // self.input_size
        code = self.encode(inputs).expand(T, -1, -1)  # the same at each time step, (T, B, code)
        # a′_t = code U′ + h′_{t−1} V′ + b′, h′_t = f(a′_t)
        h, _ = self.writer(code)  # (T, B, H)
        # X̂_t = σ(c′ + W′ h′_t)
        X_hat = NONLINEARITIES["sigmoid"](self.readout(h))  # (T, B, I)
        return X_hat.transpose(0, 1).flatten(1)

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Random example inputs of `forward`, for testing."""
        W = self.readout.W
        return (torch.rand(2, 3 * self.input_size, device=W.device, dtype=W.dtype),)
