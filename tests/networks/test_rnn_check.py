import pytest
from torch import nn

from elman.networks.rnn_check import check_rnn


class Network(nn.Module):
    """The messages name its class."""


@pytest.mark.parametrize(
    ("flag", "may_be_bidirectional"),
    [("bidirectional", False), ("batch_first", False), ("batch_first", True)],
)
def test_unsupported_layers(flag: str, may_be_bidirectional: bool) -> None:
    rnn = nn.RNN(3, 4, **{flag: True})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in Network"):
        check_rnn(rnn, Network(), may_be_bidirectional=may_be_bidirectional)


def test_supported_layers() -> None:
    check_rnn(nn.RNN(3, 4), Network())
    check_rnn(nn.RNN(3, 4, bidirectional=True), Network(), may_be_bidirectional=True)
    check_rnn(nn.Linear(3, 4), Network())  # has neither flag
