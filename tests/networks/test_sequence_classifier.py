from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from elman import RNN
from elman.networks import SequenceClassifier


def test_reads_row_by_row_and_tells_by_the_last_state() -> None:
    torch.manual_seed(0)
    network = SequenceClassifier(3, 5, 4, RNN).double()
    inputs = torch.randn(2, 12, dtype=torch.float64)
    h = torch.zeros(2, 5, dtype=torch.float64)
    for t in range(4):
        X_t = inputs[:, 3 * t : 3 * t + 3]
        h = torch.tanh(X_t @ network.rnn.U + h @ network.rnn.V + network.rnn.b)
    right = network.readout.c + h @ network.readout.W.T
    torch.testing.assert_close(network(inputs), right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_last_layer_of_every_direction(layer: Any, bidirectional: bool) -> None:
    rnn = partial(layer, num_layers=2, bidirectional=bidirectional)
    network = SequenceClassifier(3, 5, 4, rnn)
    inputs = torch.randn(2, 12)
    _, h_n = network.rnn(inputs.view(2, 4, 3).transpose(0, 1))
    h_T = torch.cat([h_n[2], h_n[3]], -1) if bidirectional else h_n[1]
    torch.testing.assert_close(network(inputs), network.readout(h_T))


@pytest.mark.parametrize("argument", ["input_size", "hidden_size", "classes"])
def test_bad_sizes(argument: str) -> None:
    sizes = {"input_size": 3, "hidden_size": 5, "classes": 4, argument: 0}
    with pytest.raises(ValueError, match=f"{argument} must be greater than zero, got 0"):
        SequenceClassifier(**sizes, rnn=RNN)


def test_a_layer_that_takes_its_input_batch_first() -> None:
    with pytest.raises(ValueError, match=r"rnn.batch_first must be false in a sequence classifier"):
        SequenceClassifier(3, 5, 4, partial(RNN, batch_first=True))
