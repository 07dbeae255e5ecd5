"""Checks the recurrent layer of a network."""

from torch import nn


def check_rnn(rnn: nn.Module, network: nn.Module, *, may_be_bidirectional: bool = False) -> None:
    """Raises ValueError unless the network can use the recurrent layer.

    Networks pass sequences `(T, B, I)`, so the layer must not have `batch_first`. A network that
    computes one direction only, for example to predict the next time step, needs a layer that is
    not `bidirectional`.

    Args:
        rnn: the recurrent layer, `elman.RNN` or `torch.nn.RNN`.
        network: the network that uses it; the message names its class.
        may_be_bidirectional: whether the network works with two directions.
    """
    flags = ["batch_first"] if may_be_bidirectional else ["batch_first", "bidirectional"]
    for flag in flags:
        if getattr(rnn, flag, False):
            raise ValueError(f"rnn.{flag} must be false in {type(network).__name__}")
