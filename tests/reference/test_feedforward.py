import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from elman.reference.feedforward import (
    Layer,
    backpropagation,
    example_gradients,
    feedforward,
    gradient_descent,
    squared_error,
    squared_error_gradient,
)
from elman.reference.finite_differences import finite_differences
from elman.reference.nonlinearities import Array

rng = np.random.default_rng(0)
N, SIZES = 3, (5, 4, 3, 2)
layers = [
    Layer(rng.normal(size=(out, into)), rng.normal(size=out))
    for into, out in itertools.pairwise(SIZES)
]
a_0, y = rng.normal(size=(N, SIZES[0])), rng.normal(size=(N, SIZES[-1]))


def cost(layers: list[Layer], a: Array, σ: str = "sigmoid") -> float:
    return float(squared_error(feedforward(a, layers, σ)[-1], y).mean())


def gradients(σ: str = "sigmoid") -> tuple[list[Layer], Array]:
    activations = feedforward(a_0, layers, σ)
    return backpropagation(squared_error_gradient(activations[-1], y), activations, layers, σ)


def test_a_neuron_is_the_sigmoid_of_a_weighted_sum() -> None:
    W, b = layers[0]
    activations = feedforward(a_0, layers)
    z = sum(W[2, k] * a_0[1, k] for k in range(SIZES[0])) + b[2]
    assert_allclose(activations[1][1, 2], 1 / (1 + np.exp(-z)))
    assert [a.shape for a in activations] == [(N, size) for size in SIZES]


def test_the_cost_of_an_example_is_a_sum_of_squares() -> None:
    assert_allclose(squared_error(np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])), [5])


@pytest.mark.parametrize("σ", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("l", range(len(SIZES) - 1))
@pytest.mark.parametrize("of", ["W", "b"])
def test_every_layer_agrees_with_finite_differences(σ: str, l: int, of: str) -> None:
    def changed(value: Array) -> float:
        return cost([*layers[:l], layers[l]._replace(**{of: value}), *layers[l + 1 :]], a_0, σ)

    found, _ = gradients(σ)
    numeric = finite_differences(changed, getattr(layers[l], of))
    assert_allclose(getattr(found[l], of), numeric, atol=1e-8)


def test_the_gradient_of_the_input() -> None:
    _, da = gradients()
    assert_allclose(da, finite_differences(lambda a: cost(layers, a), a_0), atol=1e-8)


@given(seed=st.integers(0, 999))
def test_the_gradient_of_the_batch_is_the_mean_over_the_examples(seed: int) -> None:
    a = np.random.default_rng(seed).normal(size=(N, SIZES[0]))
    activations = feedforward(a, layers)
    dC_da = squared_error_gradient(activations[-1], y)
    each = example_gradients(dC_da, activations, layers)
    for n in range(N):
        alone = [activation[n : n + 1] for activation in activations]
        single_gradients = backpropagation(dC_da[n : n + 1], alone, layers)
        for l in range(len(layers)):
            assert_allclose(each.layers[l].W[n], single_gradients.layers[l].W)
            assert_allclose(each.layers[l].b[n], single_gradients.layers[l].b)
    batch = backpropagation(dC_da, activations, layers)
    assert_allclose(batch.layers[0].W, each.layers[0].W.mean(axis=0))


def test_a_step_of_gradient_descent_reduces_the_cost() -> None:
    found, _ = gradients()
    assert cost(gradient_descent(layers, found, 0.1), a_0) < cost(layers, a_0)
    [(W, b)] = gradient_descent(
        [Layer(np.ones((1, 1)), np.ones(1))], [Layer(*(2 * np.ones((1, 1)), np.zeros(1)))], 0.5
    )
    assert (W, b) == (0, 1)
