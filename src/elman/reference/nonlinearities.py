"""The nonlinearities f and their derivatives f′."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


def sigmoid(a: Array) -> Array:
    """`σ(a) = 1 / (1 + exp(−a)) = exp(a) / (1 + exp(a))`, in the form where exp ≤ 1."""
    exp = np.exp(-np.abs(a))
    result: Array = np.where(a >= 0, np.ones_like(exp), exp) / (1 + exp)
    return result


def relu(a: Array) -> Array:
    """`max(0, a)`."""
    return np.maximum(a, 0)


def tanh_derivative(a: Array) -> Array:
    """`tanh′(a) = 1 − tanh(a)²`."""
    return 1 - np.tanh(a) ** 2


def relu_derivative(a: Array) -> Array:
    """1 where a > 0, else 0. At a = 0 there is no derivative; 0 by convention."""
    return (a > 0).astype(a.dtype)


def sigmoid_derivative(a: Array) -> Array:
    """`σ′(a) = σ(a) (1 − σ(a))`, where `1 − σ(a) = σ(−a)`."""
    return sigmoid(a) * sigmoid(-a)


NONLINEARITIES: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "relu": relu,
    "sigmoid": sigmoid,
}
DERIVATIVES: dict[str, Callable[[Array], Array]] = {
    "tanh": tanh_derivative,
    "relu": relu_derivative,
    "sigmoid": sigmoid_derivative,
}
