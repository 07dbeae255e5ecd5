import numpy as np
from numpy.testing import assert_allclose

from elman.reference import finite_differences


def test_differentiates_a_function_whose_derivative_is_known() -> None:
    x = np.array([[0.5, -1.0], [2.0, 3.0]])
    gradient = finite_differences(lambda x: float((x**3).sum()), x)
    assert_allclose(gradient, 3 * x**2, rtol=1e-8)


def test_does_not_change_its_argument() -> None:
    x = np.array([1.0, 2.0])
    finite_differences(lambda x: float(x.prod()), x)
    assert x.tolist() == [1.0, 2.0]
