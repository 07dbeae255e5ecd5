"""An autoencoder of two recurrent networks: one reads a sequence, the other unrolls it again."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.equations import NONLINEARITIES
from elman.layers import Readout


class SequenceAutoencoder(nn.Module):
    """Reads a sequence into its last state, and from a code of it unrolls the sequence again.

        a_t = X_t U + h_{t−1} V + b        h_t = f(a_t)         code = c + W h_T
        a′_t = code U′ + h′_{t−1} V′ + b′  h′_t = f(a′_t)       X̂_t = σ(c′ + W′ h′_t)

    The sequences are unrolled in the order they were read, in as many time steps.

    Args:
        input_size: numbers I of a time step, from 0 to 1; a flat input is cut into rows of so many.
        hidden_size: hidden units H of either network.
        code_size: numbers of a code.
        rnn: makes a recurrent layer from input and hidden size: `elman.RNN`, or `torch.nn.RNN` to
            compare.

    Raises:
        TypeError, ValueError: a size is not a positive int.
        ValueError: the layer takes its input batch first, or has two directions.
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
        for flag in ("bidirectional", "batch_first"):
            if getattr(self.reader, flag, False):
                raise ValueError(f"rnn.{flag} must be false in a sequence autoencoder")

    def encode(self, inputs: Tensor) -> Tensor:
        """Sequences, each time step after the other, `(B, T·I)` → codes `(B, code_size)`.

        Raises:
            ValueError: the input cannot be cut into time steps of that size.
        """
        if inputs.shape[1] % self.input_size:
            raise ValueError(
                f"input_size must divide the {inputs.shape[1]} numbers of a sequence, got "
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
        """Sequences `(B, T·I)` → X̂, unrolled again from their codes, `(B, T·I)`."""
        T = inputs.shape[1] // self.input_size
        code = self.encode(inputs).expand(T, -1, -1)  # the same at each time step, (T, B, code)
        # a′_t = code U′ + h′_{t−1} V′ + b′, h′_t = f(a′_t)
        h, _ = self.writer(code)  # (T, B, H)
        # X̂_t = σ(c′ + W′ h′_t)
        X_hat = NONLINEARITIES["sigmoid"](self.readout(h))  # (T, B, I)
        return X_hat.transpose(0, 1).flatten(1)

    def example_inputs(self) -> tuple[Tensor, ...]:
        """Inputs by chance of the shape and type that `forward` takes, to try the network with."""
        W = self.readout.W
        return (torch.rand(2, 3 * self.input_size, device=W.device, dtype=W.dtype),)
