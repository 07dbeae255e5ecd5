import numpy as np
import pytest
from numba import njit

from elman.recurrence.vectors import BYTES, load, multiply_add, plus, store, zeros


@njit
def both(a, x, b):  # type: ignore[no-untyped-def]
    """`a[1, 3:] = x · b[0, 1:] + a[1, 3:] + 0` for one vector."""
    s = multiply_add(x, load(b, 0, 1), load(a, 1, 3))
    store(a, 1, 3, plus(s, zeros(a)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_vector_is_read_computed_with_and_written(dtype: type) -> None:
    lanes = BYTES // np.dtype(dtype).itemsize
    random = np.random.default_rng(0)
    a, b = (random.standard_normal((2, lanes + 5)).astype(dtype) for _ in range(2))
    expected = a.copy()
    expected[1, 3 : 3 + lanes] += dtype(0.5) * b[0, 1 : 1 + lanes]
    both(a, dtype(0.5), b)
    np.testing.assert_allclose(a, expected, rtol=1e-6)
    outside = np.ones(a.shape, dtype=bool)
    outside[1, 3 : 3 + lanes] = False
    np.testing.assert_array_equal(a[outside], expected[outside])


def test_the_product_and_the_sum_are_rounded_once() -> None:
    a = np.full((2, 64), -1, dtype=np.float32)
    b = np.full((1, 64), 1 - 2.0**-12, dtype=np.float32)
    both(a, np.float32(1 + 2.0**-12), b)
    assert a[1, 3] == np.float32(-(2.0**-24))  # rounded in between it would be 0
