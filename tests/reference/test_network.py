import numpy as np
import pytest
from numpy.testing import assert_allclose

from elman.reference import cost_and_gradients, finite_differences
from elman.reference.nonlinearities import Array

rng = np.random.default_rng(0)
T, B, I, H, K = 4, 2, 3, 5, 6
shapes = {
    "X": (T, B, I),
    "h_0": (B, H),
    "U": (I, H),
    "V": (H, H),
    "b": (H,),
    "W": (K, H),
    "c": (K,),
}
inputs = {name: rng.normal(size=shape) for name, shape in shapes.items()}
y = rng.integers(K, size=(T, B))


@pytest.mark.parametrize("name", shapes)
@pytest.mark.parametrize("f", ["tanh", "sigmoid"])
def test_every_gradient_agrees_with_finite_differences(name: str, f: str) -> None:
    def cost(value: Array) -> float:
        return cost_and_gradients(**{**inputs, name: value}, y=y, f=f).C

    found = cost_and_gradients(**inputs, y=y, f=f)
    gradients = {**found.recurrence._asdict(), "W": found.W, "c": found.c}
    assert_allclose(gradients[name], finite_differences(cost, inputs[name]), rtol=1e-6, atol=1e-9)


def test_cost_is_the_average_over_time_steps() -> None:
    whole = cost_and_gradients(**inputs, y=y).C
    sequences = [
        cost_and_gradients(
            **{**inputs, "X": inputs["X"][:, [i]], "h_0": inputs["h_0"][[i]]}, y=y[:, [i]]
        ).C
        for i in range(B)
    ]
    assert_allclose(whole, np.mean(sequences))


def test_cost_of_uniform_predictions_is_the_log_of_the_number_of_classes() -> None:
    indifferent = {**inputs, "W": np.zeros((K, H)), "c": np.zeros(K)}
    assert_allclose(cost_and_gradients(**indifferent, y=y).C, np.log(K))
