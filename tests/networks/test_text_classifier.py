from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from elman import RNN
from elman.networks import TextClassifier


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
def test_the_inputs_are_columns_of_the_embedding(layer: Any) -> None:
    network = TextClassifier(7, 3, 5, 4, partial(layer, bidirectional=True)).double()
    characters, lengths = torch.randint(7, (6, 2)), torch.tensor([6, 2])
    X = nn.functional.one_hot(characters, 7).double() @ network.embedding.weight
    _, h_n = network.classifier.rnn(X[:, :1])
    _, h_2 = network.classifier.rnn(X[:2, 1:])
    h_T = torch.stack([h_n.flatten(), h_2.flatten()])
    expected = network.classifier.readout(h_T)
    torch.testing.assert_close(network(characters, lengths), expected, rtol=1e-12, atol=1e-12)


def test_example_inputs() -> None:
    network = TextClassifier(7, 3, 5, 4, RNN)
    assert network(*network.example_inputs()).shape == (2, 4)


@pytest.mark.parametrize(
    "argument", ["vocabulary_size", "embedding_size", "hidden_size", "classes"]
)
def test_bad_sizes(argument: str) -> None:
    sizes = {"vocabulary_size": 7, "embedding_size": 3, "hidden_size": 5, "classes": 4}
    with pytest.raises(ValueError, match="must be greater than zero, got 0"):
        TextClassifier(**{**sizes, argument: 0}, rnn=RNN)
