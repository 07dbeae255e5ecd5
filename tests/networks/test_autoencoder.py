import pytest
import torch

from elman.networks import Autoencoder
from elman.reference.feedforward import Layer, feedforward
from elman.reference.nonlinearities import sigmoid


def test_code_and_reconstruction() -> None:
    network = Autoencoder([6, 4, 2], activation="sigmoid", dtype=torch.float64)
    a = torch.rand(3, 6, dtype=torch.float64)
    encoder_layers, decoder_layers = (
        [Layer(layer.W.detach().numpy(), layer.b.detach().numpy()) for layer in half.layers]
        for half in (network.encoder, network.decoder)
    )
    [_, hidden] = feedforward(a.numpy(), encoder_layers[:1])
    code = hidden @ encoder_layers[1].W.T + encoder_layers[1].b  # the code has no σ
    *_, a_hat = feedforward(code, decoder_layers)
    torch.testing.assert_close(network.encode(a), torch.from_numpy(code), rtol=0, atol=1e-14)
    torch.testing.assert_close(network(a), torch.from_numpy(a_hat), rtol=0, atol=1e-14)


def test_only_hidden_layers_have_the_activation() -> None:
    network = Autoencoder([6, 4, 2], activation="relu")
    z = torch.linspace(-1, 1, 5)
    functions = [layer.σ(z) for half in (network.encoder, network.decoder) for layer in half.layers]
    expected = [z.relu(), z, z.relu(), torch.from_numpy(sigmoid(z.numpy()))]
    torch.testing.assert_close(functions, expected)


def test_bad_sizes() -> None:
    with pytest.raises(ValueError, match=r"sizes must be a list of at least 2, got \[5\]"):
        Autoencoder([5])
