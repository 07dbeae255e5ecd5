from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from elman import RNN
from elman.layers import built_in
from elman.networks import SequenceAutoencoder
from elman.reference.nonlinearities import sigmoid
from elman.reference.recurrence import recurrence


def weights(rnn: RNN) -> list[Any]:
    return [w.detach().numpy() for w in (rnn.U, rnn.V, rnn.b)]


def test_equations() -> None:
    torch.manual_seed(0)
    T, B, I, H = 4, 2, 3, 5
    network = SequenceAutoencoder(I, H, 2, RNN).double()
    inputs = torch.rand(B, T * I, dtype=torch.float64)
    X, h_0 = inputs.view(B, T, I).transpose(0, 1).numpy(), torch.zeros(B, H).double().numpy()
    W, c = network.code.W.detach().numpy(), network.code.c.detach().numpy()
    code = c + recurrence(X, h_0, *weights(network.reader))[-1] @ W.T
    h = recurrence(code[None].repeat(T, 0), h_0, *weights(network.writer))
    W, c = network.readout.W.detach().numpy(), network.readout.c.detach().numpy()
    X_hat = torch.from_numpy(sigmoid(c + h @ W.T)).transpose(0, 1).flatten(1)
    torch.testing.assert_close(network.encode(inputs), torch.from_numpy(code), rtol=0, atol=1e-12)
    torch.testing.assert_close(network(inputs), X_hat, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layer", [RNN, built_in])
def test_several_layers_use_the_last_one(layer: Any) -> None:
    network = SequenceAutoencoder(3, 5, 2, partial(layer, num_layers=2))
    [inputs] = network.example_inputs()
    _, h_n = network.reader(inputs.view(2, 3, 3).transpose(0, 1))
    torch.testing.assert_close(network.encode(inputs), network.code(h_n[1]))
    assert network(inputs).shape == inputs.shape


def test_the_reconstruction_depends_only_on_the_code() -> None:
    network = SequenceAutoencoder(3, 5, 2, RNN)
    nn.init.zeros_(network.code.W)
    one, other = torch.rand(2, 1, 12)
    same: Tensor = network(one)
    assert torch.equal(same, network(other))


@pytest.mark.parametrize("argument", ["input_size", "hidden_size", "code_size"])
def test_bad_sizes(argument: str) -> None:
    sizes = {"input_size": 3, "hidden_size": 5, "code_size": 2, argument: 0}
    with pytest.raises(ValueError, match=f"{argument} must be greater than zero, got 0"):
        SequenceAutoencoder(**sizes, rnn=RNN)


@pytest.mark.parametrize("flag", ["bidirectional", "batch_first"])
def test_rejects_unsupported_layers(flag: str) -> None:
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in SequenceAutoencoder"):
        SequenceAutoencoder(3, 5, 2, partial(RNN, **{flag: True}))


def test_input_size_must_divide_the_sequence() -> None:
    with pytest.raises(ValueError, match="input_size must divide the size 10 of a sequence, got 3"):
        SequenceAutoencoder(3, 5, 2, RNN)(torch.rand(2, 10))
