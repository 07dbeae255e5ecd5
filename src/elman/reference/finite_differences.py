"""Numerical gradients, to check derived gradients."""

from collections.abc import Callable

import numpy as np

from elman.reference.nonlinearities import Array


def finite_differences(C: Callable[[Array], float], x: Array, step: float = 1e-6) -> Array:
    """`∂C/∂x_i ≈ (C(x + ε e_i) − C(x − ε e_i)) / 2ε`, for each element of x.

    The truncation error is of order ε², the rounding error of order (rounding error of C)/ε.
    In float64, ε near 1e-6 keeps both small.

    Args:
        C: the cost, a scalar function of an array.
        x: the point at which to differentiate; any shape.
        step: ε.

    Returns:
        ∂C/∂x, with the shape of x.
    """
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += step
        below[i] -= step
        gradient[i] = (C(above) - C(below)) / (2 * step)
    return gradient
