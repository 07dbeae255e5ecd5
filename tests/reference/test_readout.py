import numpy as np
from numpy.testing import assert_allclose

from elman.reference import (
    cross_entropy,
    cross_entropy_gradient,
    finite_differences,
    readout,
    readout_gradients,
    softmax,
)

rng = np.random.default_rng(0)
T, B, H, K = 2, 3, 4, 5
h, W, c = rng.normal(size=(T, B, H)), rng.normal(size=(K, H)), rng.normal(size=K)
O, y = rng.normal(size=(T, B, K)), rng.integers(K, size=(T, B))


def test_readout_is_a_sum_over_hidden_units() -> None:
    expected = np.empty((T, B, K))
    for t, i, k in np.ndindex(T, B, K):
        expected[t, i, k] = c[k] + sum(W[k, j] * h[t, i, j] for j in range(H))
    assert_allclose(readout(h, W, c), expected)


def test_softmax_of_known_probabilities() -> None:
    assert_allclose(softmax(np.log([1.0, 2.0, 5.0])), [1 / 8, 2 / 8, 5 / 8])


def test_softmax_and_cross_entropy_do_not_overflow() -> None:
    huge = np.array([1e4, 0.0])
    assert_allclose(softmax(huge), [1, 0])
    assert_allclose(cross_entropy(huge, np.array(1)), 1e4)


def test_cross_entropy_is_the_negative_log_probability_of_the_target_class() -> None:
    assert_allclose(cross_entropy(np.log([1.0, 2.0, 5.0]), np.array(1)), np.log(4))


def test_gradient_of_cross_entropy() -> None:
    numeric = finite_differences(lambda O: float(cross_entropy(O, y).sum()), O)
    assert_allclose(cross_entropy_gradient(O, y), numeric, atol=1e-8)


def test_gradients_of_readout() -> None:
    dO = rng.normal(size=(T, B, K))  # of the cost C = Σ dO · O
    dh, dW, dc = readout_gradients(dO, h, W)
    assert_allclose(dh, finite_differences(lambda h: (dO * readout(h, W, c)).sum(), h), atol=1e-8)
    assert_allclose(dW, finite_differences(lambda W: (dO * readout(h, W, c)).sum(), W), atol=1e-8)
    assert_allclose(dc, finite_differences(lambda c: (dO * readout(h, W, c)).sum(), c), atol=1e-8)
