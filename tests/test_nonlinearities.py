"""Synonyms of tanh, relu and sigmoid, and functions that are not accepted."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from elman import RNN, Dense
from elman.layers import Conv2d
from elman.nonlinearities import canonical, name_of

NAMES: list[tuple[str, Any]] = [
    ("tanh", "tanh"),
    ("tanh", torch.tanh),
    ("tanh", functional.tanh),
    ("tanh", Tensor.tanh),
    ("tanh", nn.Tanh()),
    ("relu", torch.relu),
    ("relu", functional.relu),
    ("relu", Tensor.relu),
    ("relu", nn.ReLU()),
    ("relu", nn.ReLU(inplace=True)),
    ("sigmoid", torch.sigmoid),
    ("sigmoid", functional.sigmoid),
    ("sigmoid", Tensor.sigmoid),
    ("sigmoid", torch.special.expit),
    ("sigmoid", nn.Sigmoid()),
]


@pytest.mark.parametrize(("name", "f"), NAMES)
@pytest.mark.parametrize("engine", ["auto", "bptt", "compiled"])
def test_every_synonym_uses_the_fast_engines(name: str, f: Any, engine: Any) -> None:
    rnn, named = RNN(3, 4, nonlinearity=f, engine=engine), RNN(3, 4, nonlinearity=name)
    named.load_state_dict(rnn.state_dict())
    X = torch.randn(5, 2, 3)
    output, _ = rnn(X)
    assert "HandDerived" in type(output.grad_fn).__name__
    torch.testing.assert_close(output, named(X)[0])
    assert rnn.nonlinearity == name
    if name != "sigmoid":
        assert rnn.to_torch().nonlinearity == name


def test_a_module_with_a_hook_is_called() -> None:
    f = nn.Tanh()
    rnn = RNN(3, 4, nonlinearity=f)
    f.register_forward_hook(lambda _, __, h: 0 * h)
    assert not rnn(torch.randn(5, 2, 3))[0].any()
    assert canonical(f) is f
    assert name_of(f) is f


def test_a_subclass_of_a_module_is_not_replaced() -> None:
    class Tanh(nn.Tanh):
        def forward(self, a: Tensor) -> Tensor:
            return super().forward(a) + 1

    f = Tanh()
    assert canonical(f) is f
    assert (RNN(3, 4, nonlinearity=f)(torch.randn(5, 2, 3))[0] > 0).all()


class Unhashable:
    __hash__ = None  # type: ignore[assignment]

    def __call__(self, a: Tensor) -> Tensor:
        return torch.sin(a)


def test_a_function_that_is_not_hashable() -> None:
    f = Unhashable()
    assert canonical(f) is f  # type: ignore[comparison-overlap]
    assert RNN(3, 4, nonlinearity=f)(torch.randn(5, 2, 3))[0].shape == (5, 2, 4)


LAYERS: dict[str, Callable[..., nn.Module]] = {
    "nonlinearity": lambda f, **options: RNN(3, 4, nonlinearity=f, **options),
    "activation": lambda f, **options: Dense(3, 4, f, **options),
}
layers = pytest.mark.parametrize("argument", LAYERS)


@layers
@pytest.mark.parametrize(
    ("f", "message"),
    [
        (nn.Tanh, r"got a class; give an instance, Tanh\(\)"),
        (torch.softmax, "which fails: softmax"),
        (lambda a: a.sum(), "does not return a tensor of its input's shape"),
        (lambda a: 0.5, "does not return a tensor of its input's shape"),  # noqa: ARG005
        ("softmax", "got 'softmax'"),
        (["tanh"], r"got \['tanh'\]"),
        (None, "got None"),
    ],
)
def test_other_functions_are_rejected_by_the_constructor(
    argument: str, f: Any, message: str
) -> None:
    expected = f"{argument} must be one of tanh, relu, sigmoid or an elementwise function, "
    with pytest.raises(ValueError, match=expected + ".*" + message):
        LAYERS[argument](f)


@layers
def test_checking_a_function_does_not_change_the_random_state(argument: str) -> None:
    """The function may draw random numbers."""
    torch.manual_seed(0)
    LAYERS[argument](torch.sin)
    expected = torch.rand(1)
    torch.manual_seed(0)
    LAYERS[argument](lambda a: a * torch.rand_like(a))
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize(
    "make",
    [
        lambda f, **options: RNN(3, 4, nonlinearity=f, **options),
        lambda f, **options: Dense(3, 4, f, **options),
        lambda f, **options: Conv2d(3, 4, 3, activation=f, **options),
    ],
)
def test_a_module_is_moved_to_the_dtype_and_device_of_the_layer(
    make: Callable[..., nn.Module],
) -> None:
    f = nn.PReLU(num_parameters=4)
    layer = make(f, dtype=torch.float64)
    assert {weight.dtype for weight in layer.parameters()} == {torch.float64}
    assert f.weight.dtype == torch.float64  # the module itself is moved, not a copy
    assert {weight.device.type for weight in make(f, device="meta").parameters()} == {"meta"}
