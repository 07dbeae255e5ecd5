"""torch's attribute names work on a layer."""

from typing import Any

import pytest
import torch
from torch import nn

from elman import RNN


def test_flatten_parameters_exists() -> None:
    rnn, X = RNN(3, 4), torch.randn(5, 2, 3)
    before = rnn(X)[0]
    rnn.flatten_parameters()
    assert torch.equal(rnn(X)[0], before)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_torch_weight_names_are_views_of_the_cells_weights(bidirectional: bool, bias: bool) -> None:
    theirs = nn.RNN(3, 4, num_layers=2, bidirectional=bidirectional, bias=bias)
    ours = RNN.from_torch(theirs)
    for name, weight in theirs.named_parameters():
        if name.startswith("bias"):
            continue
        assert torch.equal(getattr(ours, name), weight)
        nn.init.orthogonal_(getattr(ours, name))
    for cell in ours.cells:
        torch.testing.assert_close(cell.V @ cell.V.T, torch.eye(4))
    assert len(ours.all_weights) == len(theirs.all_weights)
    for found, expected in zip(ours.all_weights, theirs.all_weights, strict=True):
        assert [w.shape for w in found] == [w.shape for w in expected]
    if bias:
        assert ours.bias_ih_l0 is ours.b
        assert not ours.bias_hh_l0.any()
        with pytest.raises(RuntimeError, match="Inplace update to inference tensor"):
            nn.init.ones_(ours.bias_hh_l0)
    assert ours.mode == theirs.mode == "RNN_TANH"
    assert RNN(3, 4, nonlinearity=nn.ReLU()).mode == "RNN_RELU"


@pytest.mark.parametrize(
    "name", ["weight_ih_l2", "weight_hh_l0_reverse", "weight_hr_l0", "weight_ih_l", "weight_ii_l0"]
)
def test_a_weight_that_torch_does_not_have(name: str) -> None:
    with pytest.raises(AttributeError, match=f"'RNN' object has no attribute '{name}'"):
        getattr(RNN(3, 4, num_layers=2), name)
    assert not hasattr(RNN(3, 4, nonlinearity="sigmoid"), "mode")


@pytest.mark.parametrize("value", [nn.Parameter(torch.ones(4, 3)), torch.ones(4, 3), None])
def test_torch_weight_names_cannot_be_assigned(value: Any) -> None:
    rnn = RNN(3, 4)
    with pytest.raises(AttributeError, match="weight_ih_l0 is a view of the cells' U, V or b"):
        rnn.weight_ih_l0 = value
    with pytest.raises((AttributeError, KeyError), match="weight_ih"):
        rnn.cells[0].weight_ih = value  # type: ignore[misc]
