import pytest
import torch
from torch import nn

from elman import RNN
from elman.layers import built_in


def test_has_the_initial_weights_of_elman_rnn() -> None:
    options = {"num_layers": 2, "nonlinearity": "relu", "bidirectional": True}
    torch.manual_seed(0)
    theirs = built_in(3, 5, init_V="orthogonal", **options)
    torch.manual_seed(0)
    ours = RNN(3, 5, init_V="orthogonal", **options)
    assert type(theirs) is nn.RNN
    X = torch.randn(4, 2, 3)
    torch.testing.assert_close(theirs(X), ours(X))
    V = theirs.weight_hh_l0.T
    torch.testing.assert_close(V @ V.T, torch.eye(5))


def test_options_that_torch_does_not_have() -> None:
    with pytest.raises(ValueError, match="has the nonlinearities tanh and relu only"):
        built_in(3, 5, nonlinearity="sigmoid")
