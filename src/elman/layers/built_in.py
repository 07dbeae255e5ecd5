"""The built-in layer in the place of ours."""

from typing import Any

from torch import nn

from elman.layers.rnn import RNN


def built_in(input_size: int, hidden_size: int, **options: Any) -> nn.RNN:
    """A `torch.nn.RNN` that begins with the weights `elman.RNN` would have begun with.

    Args:
        input_size: numbers I of a time step.
        hidden_size: hidden units H.
        options: the other arguments of `elman.RNN`.

    Raises:
        TypeError, ValueError: as `elman.RNN`, or `torch.nn.RNN` has no such layer.
    """
    return RNN(input_size, hidden_size, **options).to_torch()
