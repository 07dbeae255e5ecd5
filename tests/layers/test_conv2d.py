from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from elman.layers import Conv2d


@given(
    B=st.integers(1, 3),
    C=st.integers(1, 3),
    K=st.integers(1, 4),
    kernel_size=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    height=st.integers(4, 9),
    width=st.integers(4, 9),
    seed=st.integers(0, 999),
)
def test_outputs_and_gradients_equal_torch(
    B: int,
    C: int,
    K: int,
    kernel_size: int,
    stride: int,
    padding: int,
    height: int,
    width: int,
    seed: int,
) -> None:
    torch.manual_seed(seed)
    layer = Conv2d(C, K, kernel_size, stride, padding, "sigmoid", dtype=torch.float64)
    a = torch.randn(B, C, height, width, dtype=torch.float64, requires_grad=True)
    found = layer(a)
    z = functional.conv2d(a, layer.W, layer.b, stride, padding)
    expected = torch.sigmoid(z)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    weights = torch.randn_like(expected)
    inputs = [a, layer.W, layer.b]
    gradients = [torch.autograd.grad((x * weights).sum(), inputs) for x in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-11, atol=1e-11)


def test_the_input_of_a_neuron_is_a_window() -> None:
    layer = Conv2d(1, 1, 2, activation=lambda z: z)
    with torch.no_grad():
        layer.W.copy_(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]))
        layer.b.fill_(0.5)
    a = torch.arange(9.0).view(1, 1, 3, 3)
    # at (1, 0): 1·3 + 2·4 + 3·6 + 4·7 + 0.5
    assert layer(a)[0, 0, 1, 0].item() == 57.5


def test_initial_weights_depend_on_the_number_of_inputs_of_a_neuron() -> None:
    torch.manual_seed(0)
    layer = Conv2d(4, 100, 3)
    assert 0.95 / 6 < layer.W.abs().max() <= 1 / 6
    assert not layer.b.any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kernel_size": 0}, ValueError, "kernel_size must be greater than zero, got 0"),
        ({"stride": 1.5}, TypeError, "stride must be an int, got 1.5"),
        ({"padding": -1}, ValueError, "padding must be an int of at least 0, got -1"),
        ({"activation": "gelu"}, ValueError, "activation must be one of tanh, relu, sigmoid"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Conv2d(**{"in_channels": 1, "out_channels": 1, "kernel_size": 3, **arguments})


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((3, 2, 5, 5), r"a must be \(B, C, height, width\) with C=1, got \(3, 2, 5, 5\)"),
        ((1, 5, 5), r"a must be \(B, C, height, width\) with C=1, got \(1, 5, 5\)"),
        ((3, 1, 2, 5), r"a must be at least 3 high and wide, padding included, got \(2, 5\)"),
    ],
)
def test_bad_inputs(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Conv2d(1, 1, 3)(torch.zeros(shape))


def test_repr_shows_the_arguments() -> None:
    expected = "Conv2d(1, 2, kernel_size=3, stride=1, padding=0, activation='relu')"
    assert repr(Conv2d(1, 2, 3)) == expected
