from typing import Any

import pytest
import torch
from torch.nn import functional

from elman.networks import ConvolutionalNetwork


def test_equals_torch_operations() -> None:
    torch.manual_seed(0)
    network = ConvolutionalNetwork(12, [3, 4], 5, kernel_size=3, dtype=torch.float64)
    a = torch.rand(2, 144, dtype=torch.float64)
    x = a.view(2, 1, 12, 12)
    for layer in network.layers:
        x = functional.max_pool2d(functional.conv2d(x, layer.W, layer.b, padding=1).relu(), 2)
    expected = functional.linear(x.flatten(1), network.readout.W, network.readout.c)
    torch.testing.assert_close(network(a), expected, rtol=1e-12, atol=1e-12)
    assert network(a).shape == (2, 5)


def test_translation_equivariance() -> None:
    """If the image is shifted by the pooling size, its activations shift, too."""
    torch.manual_seed(0)
    [layer] = ConvolutionalNetwork(12, [3], 5).layers
    a = torch.zeros(1, 1, 12, 12)
    a[..., 3:7, 3:7] = torch.rand(4, 4)
    moved = a.roll((2, 2), dims=(2, 3))
    torch.testing.assert_close(layer(a).roll((2, 2), dims=(2, 3)), layer(moved))


def test_dropout_only_in_training() -> None:
    network = ConvolutionalNetwork(8, [2], 3, dropout=0.9)
    a = torch.rand(4, 64)
    assert not torch.equal(network(a), network(a))
    network.eval()
    assert torch.equal(network(a), network(a))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": []}, r"channels must be a list of at least 1, got \[\]"),
        ({"kernel_size": 29}, "kernel_size must be at most side=28, the size of an image, got 29"),
        ({"kernel_size": 4}, "kernel_size must be odd, got 4"),
        ({"channels": [1, 2, 3, 4, 5]}, "5 pooling layers reduce an image of 28 × 28 to 0 × 0"),
        ({"channels": [0]}, r"channels\[0\] must be greater than zero, got 0"),
        ({"classes": 0}, "classes must be greater than zero, got 0"),
        ({"dropout": 2}, "dropout must be a number from 0 to 1, got 2"),
        ({"activation": "gelu"}, "activation must be one of tanh"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConvolutionalNetwork(**{"side": 28, "channels": [2], "classes": 10, **arguments})


def test_images_of_another_size() -> None:
    with pytest.raises(ValueError, match="images must have side² = 36 pixels, got 49"):
        ConvolutionalNetwork(6, [2], 3)(torch.rand(2, 49))
