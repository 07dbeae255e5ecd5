"""Gradients without any calculus, to check those that were derived."""

from collections.abc import Callable

import numpy as np

from elman.reference.nonlinearities import Array


def finite_differences(C: Callable[[Array], float], x: Array, step: float = 1e-6) -> Array:
    """`∂C/∂x_i ≈ (C(x + ε e_i) − C(x − ε e_i)) / 2ε`, one element of x after the other.

    The error is of the order of ε² from the curvature of C and of C's rounding error over ε;
    in float64 an ε near 1e-6 keeps both small.

    Args:
        C: the cost, a scalar function of an array.
        x: where to differentiate; any shape.
        step: ε.

    Returns:
        ∂C/∂x, of the shape of x.
    """
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += step
        below[i] -= step
        gradient[i] = (C(above) - C(below)) / (2 * step)
    return gradient
