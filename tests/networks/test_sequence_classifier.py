from functools import partial
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from elman import RNN
from elman.networks import SequenceClassifier


def test_classifies_from_the_final_state() -> None:
    torch.manual_seed(0)
    network = SequenceClassifier(3, 5, 4, RNN).double()
    X = torch.randn(6, 2, 3, dtype=torch.float64)
    h = torch.zeros(2, 5, dtype=torch.float64)
    for X_t in X:
        h = torch.tanh(X_t @ network.rnn.U + h @ network.rnn.V + network.rnn.b)
    expected = network.readout.c + h @ network.readout.W.T
    torch.testing.assert_close(network(X), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_last_layer_of_every_direction(layer: Any, bidirectional: bool) -> None:
    rnn = partial(layer, num_layers=2, bidirectional=bidirectional)
    network = SequenceClassifier(3, 5, 4, rnn)
    X = torch.randn(6, 2, 3)
    _, h_n = network.rnn(X)
    h_T = torch.cat([h_n[2], h_n[3]], -1) if bidirectional else h_n[1]
    torch.testing.assert_close(network(X), network.readout(h_T))


@pytest.mark.parametrize("mean_pooling", [False, True])
@pytest.mark.parametrize("layer", [RNN, nn.RNN])
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_padding_has_no_effect(layer: Any, mean_pooling: bool, lengths: list[int]) -> None:
    rnn = partial(layer, bidirectional=True)
    network = SequenceClassifier(3, 5, 4, rnn, mean_pooling=mean_pooling).double()
    X = torch.randn(max(lengths), len(lengths), 3, dtype=torch.float64)
    batch = network(X, torch.tensor(lengths))
    single = [network(X[:T, n : n + 1]) for n, T in enumerate(lengths)]
    torch.testing.assert_close(batch, torch.cat(single), rtol=1e-12, atol=1e-12)


def test_mean_pooling() -> None:
    network = SequenceClassifier(3, 5, 4, partial(RNN, bidirectional=True), mean_pooling=True)
    X = torch.randn(6, 2, 3)
    h, h_n = network.rnn(X)
    expected = network.readout(torch.cat([h_n[0], h_n[1], sum(h) / 6], -1))
    torch.testing.assert_close(network(X), expected)


def test_dropout_only_in_training() -> None:
    network = SequenceClassifier(3, 5, 4, RNN, dropout=0.5)
    X = torch.randn(6, 2, 3)
    assert not torch.equal(network(X), network(X))
    network.eval()
    assert torch.equal(network(X), network(X))


@pytest.mark.parametrize("argument", ["input_size", "hidden_size", "classes"])
def test_bad_sizes(argument: str) -> None:
    sizes = {"input_size": 3, "hidden_size": 5, "classes": 4, argument: 0}
    with pytest.raises(ValueError, match=f"{argument} must be greater than zero, got 0"):
        SequenceClassifier(**sizes, rnn=RNN)


def test_rejects_batch_first() -> None:
    with pytest.raises(ValueError, match=r"rnn.batch_first must be false in SequenceClassifier"):
        SequenceClassifier(3, 5, 4, partial(RNN, batch_first=True))


def test_example_inputs() -> None:
    network = SequenceClassifier(3, 5, 4, RNN)
    assert network(*network.example_inputs()).shape == (2, 4)
