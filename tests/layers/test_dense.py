import pytest
import torch

from elman import Dense, equations


@pytest.mark.parametrize("σ", ["sigmoid", "relu", "tanh", torch.nn.functional.softplus])
def test_equals_the_equation_of_the_slides(σ: object) -> None:
    layer = Dense(3, 2, activation=σ)  # type: ignore[arg-type]
    a = torch.randn(5, 3)
    f = equations.NONLINEARITIES[σ] if isinstance(σ, str) else σ
    expected = f(a @ layer.W.T + layer.b)  # type: ignore[operator]
    torch.testing.assert_close(layer(a), expected)


def test_initial_weights_are_small_and_biases_zero() -> None:
    layer = Dense(400, 300)
    assert layer.W.shape == (300, 400)
    assert layer.W.abs().max() <= 400**-0.5
    assert layer.W.std().item() == pytest.approx((400 * 3) ** -0.5, rel=0.02)
    assert not layer.b.any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"in_features": 0}, "in_features must be greater than zero, got 0"),
        ({"out_features": -1}, "out_features must be greater than zero, got -1"),
        ({"activation": "sigmoit"}, "activation must be one of .*sigmoid.* got 'sigmoit'"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Dense(**{"in_features": 2, "out_features": 2, **arguments})  # type: ignore[arg-type]


def test_device_and_dtype() -> None:
    layer = Dense(2, 3, device="meta", dtype=torch.float64)
    assert layer(torch.empty(4, 2, device="meta", dtype=torch.float64)).shape == (4, 3)
