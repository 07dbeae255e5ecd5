import numpy as np
import pytest
from numpy.testing import assert_allclose

from elman.reference import DERIVATIVES, NONLINEARITIES, finite_differences

a = np.array([-3.0, -0.7, 0.4, 2.0])  # not at 0, where ReLU has no derivative


@pytest.mark.parametrize("f", NONLINEARITIES)
def test_derivative_equals_the_finite_difference(f: str) -> None:
    slope = finite_differences(lambda a: float(NONLINEARITIES[f](a).sum()), a)
    assert_allclose(DERIVATIVES[f](a), slope, rtol=1e-8, atol=1e-9)


def test_values_at_known_points() -> None:
    assert_allclose(NONLINEARITIES["sigmoid"](np.array([0.0, np.log(3)])), [0.5, 0.75])
    assert_allclose(NONLINEARITIES["relu"](a), [0, 0, 0.4, 2])
    assert_allclose(NONLINEARITIES["tanh"](np.array([0.0, np.log(2)])), [0, 0.6])


def test_sigmoid_does_not_overflow() -> None:
    assert_allclose(NONLINEARITIES["sigmoid"](np.array([-1e4, 1e4])), [0, 1])


def test_sigmoid_and_its_derivative_are_accurate_in_both_tails() -> None:
    x = np.array([17.0, 30, 200, 700])
    tail = np.exp(-x) / (1 + np.exp(-x))
    assert_allclose(NONLINEARITIES["sigmoid"](-x), tail, rtol=1e-15, atol=0)
    for each in (x, -x):
        assert_allclose(DERIVATIVES["sigmoid"](each), tail / (1 + np.exp(-x)), rtol=1e-15, atol=0)


def test_derivative_of_relu_at_0_is_0_by_convention() -> None:
    corner = np.array([0.0, -0.0, 5e-324, -5e-324])
    assert DERIVATIVES["relu"](corner).tolist() == [0, 0, 1, 0]
