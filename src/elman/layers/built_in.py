"""torch's built-in layer, as a replacement of `elman.RNN`."""

from typing import Any

from torch import nn

from elman.layers.rnn import RNN


def built_in(input_size: int, hidden_size: int, **options: Any) -> nn.RNN:
    """A `torch.nn.RNN` with the initial weights of `elman.RNN`.

    Args:
        input_size: inputs I.
        hidden_size: hidden units H.
        options: the other arguments of `elman.RNN`.

    Raises:
        TypeError, ValueError: as `elman.RNN`; or `torch.nn.RNN` does not have an option.
    """
    return RNN(input_size, hidden_size, **options).to_torch()
