from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from elman import RNN
from elman.networks import SequenceTagger


def test_equation() -> None:
    network = SequenceTagger(3, 2, 5, RNN).double()
    U, V, b, W, c = (
        weight.detach().numpy()
        for weight in (network.rnn.U, network.rnn.V, network.rnn.b, *network.readout.parameters())
    )
    X = np.random.default_rng(0).normal(size=(4, 2, 3))
    h, expected = np.zeros((2, 5)), []
    for X_t in X:
        h = np.tanh(X_t @ U + h @ V + b)
        expected.append(c + h @ W.T)
    O = network(torch.from_numpy(X)).detach().numpy()
    np.testing.assert_allclose(O, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 9])
def test_no_gradient_flows_back_over_a_cut(k: int) -> None:
    torch.manual_seed(0)
    whole, cut = SequenceTagger(3, 2, 5, RNN), SequenceTagger(3, 2, 5, RNN, look_back=k)
    cut.load_state_dict(whole.state_dict())
    X = torch.rand(4, 2, 3, requires_grad=True)
    torch.testing.assert_close(cut(X), whole(X), rtol=1e-6, atol=1e-6)
    for t in range(4):
        [gradient] = torch.autograd.grad(cut(X)[t].sum(), X)
        reached = gradient.abs().sum((1, 2)) > 0
        assert reached.tolist() == [t // k * k <= s <= t for s in range(4)]


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
def test_example_inputs(layer: Any) -> None:
    network = SequenceTagger(3, 2, 5, layer)
    assert network(*network.example_inputs()).shape == (3, 2, 2)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [((0, 2, 5), "input_size"), ((3, 0, 5), "output_size"), ((3, 2, 0), "hidden_size")],
)
def test_sizes_that_are_not_positive_are_refused(sizes: tuple[int, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message} must be greater than zero, got 0"):
        SequenceTagger(*sizes, RNN)
    with pytest.raises(ValueError, match=r"^look_back must be greater than zero, got 0"):
        SequenceTagger(3, 2, 5, RNN, look_back=0)


def test_a_layer_that_sees_the_future_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rnn.bidirectional must be false in SequenceTagger"):
        SequenceTagger(3, 2, 5, lambda I, H: RNN(I, H, bidirectional=True))
