from typing import Any

import pytest
import torch
from torch.nn import functional

from elman.networks import ConvolutionalNetwork


def test_is_the_same_network_of_torchs_operations() -> None:
    torch.manual_seed(0)
    network = ConvolutionalNetwork(12, [3, 4], 5, kernel_size=3, dtype=torch.float64)
    a = torch.rand(2, 144, dtype=torch.float64)
    x = a.view(2, 1, 12, 12)
    for layer in network.layers:
        x = functional.max_pool2d(functional.conv2d(x, layer.W, layer.b, padding=1).relu(), 2)
    right = functional.linear(x.flatten(1), network.readout.W, network.readout.c)
    torch.testing.assert_close(network(a), right, rtol=1e-12, atol=1e-12)
    assert network(a).shape == (2, 5)


def test_a_pattern_is_found_wherever_it_is() -> None:
    """Moved by as much as is pooled, the picture's activations move along."""
    torch.manual_seed(0)
    [layer] = ConvolutionalNetwork(12, [3], 5).layers
    a = torch.zeros(1, 1, 12, 12)
    a[..., 3:7, 3:7] = torch.rand(4, 4)
    moved = a.roll((2, 2), dims=(2, 3))
    torch.testing.assert_close(layer(a).roll((2, 2), dims=(2, 3)), layer(moved))


def test_dropout_is_for_training_alone() -> None:
    network = ConvolutionalNetwork(8, [2], 3, dropout=0.9)
    a = torch.rand(4, 64)
    assert not torch.equal(network(a), network(a))
    network.eval()
    assert torch.equal(network(a), network(a))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 4}, "kernel_size must be odd, got 4"),
        ({"channels": [1, 2, 3, 4, 5]}, "5 layers halve a picture of 28 × 28 to nothing"),
        ({"channels": [0]}, "out_channels must be greater than zero, got 0"),
        ({"classes": 0}, "output_size must be greater than zero, got 0"),
        ({"dropout": 2}, "dropout must be a number from 0 to 1, got 2"),
        ({"activation": "gelu"}, "activation must be one of tanh"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConvolutionalNetwork(**{"side": 28, "channels": [2], "classes": 10, **arguments})


def test_pictures_of_another_size() -> None:
    with pytest.raises(ValueError, match="side must be that of pictures of 49 pixels, got 6"):
        ConvolutionalNetwork(6, [2], 3)(torch.rand(2, 49))
