"""Edge cases of dropout, single time steps and the training mode."""

from typing import Any

import pytest
import torch
from torch import nn

from elman import RNN, RNNCell

everything_drops = {"num_layers": 2, "dropout": 1.0}


@pytest.mark.parametrize("T", [1, 5])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_dropout_does_not_apply_to_the_first_layer(T: int, bidirectional: bool) -> None:
    rnn = RNN(3, 4, **everything_drops, bidirectional=bidirectional)
    X = torch.randn(T, 2, 3)
    in_training, in_use = rnn.train().states(X), rnn.eval().states(X)
    torch.testing.assert_close(in_training[0], in_use[0])
    assert not torch.allclose(in_training[1], in_use[1])


@pytest.mark.parametrize("T", [1, 5])
def test_dropout_applies_at_a_single_step(T: int) -> None:
    """With dropout 1, the second layer gets only zeros."""
    rnn = RNN(3, 4, **everything_drops)
    X, hx = torch.randn(T, 2, 3), torch.randn(2, 2, 4)
    output, h_n = rnn(X, hx)
    second = RNN(4, 4)
    second.cells[0].load_state_dict(rnn.cells[1].state_dict())
    expected, expected_last = second(torch.zeros(T, 2, 4), hx[1:])
    torch.testing.assert_close((output, h_n[1:]), (expected, expected_last))


@pytest.mark.parametrize("num_layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_a_single_step_with_sequences_of_length_zero(num_layers: int, bidirectional: bool) -> None:
    rnn = RNN(3, 4, num_layers, bidirectional=bidirectional)
    X, hx = torch.randn(1, 3, 3), torch.randn(len(rnn.cells), 3, 4)
    X[:, 1] = torch.nan  # padding may have any values
    output, h_n = rnn(X, hx, torch.tensor([1, 0, 1]))
    assert not output[:, 1].any()
    assert torch.equal(h_n[:, 1], hx[:, 1])
    present = torch.tensor([0, 2])
    expected = rnn(X[:, present], hx[:, present])
    torch.testing.assert_close((output[:, present], h_n[:, present]), expected)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("ours", "theirs"), [(RNN, nn.RNN), (RNNCell, nn.RNNCell)])
def test_conversion_keeps_the_training_mode(ours: Any, theirs: Any, training: bool) -> None:
    found = ours.from_torch(theirs(3, 4).train(training))
    assert all(module.training == training for module in found.modules())
    assert ours(3, 4).train(training).to_torch().training == training
