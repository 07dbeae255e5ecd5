"""Reference values for several layers and directions, computed with the NumPy reference.

`elman.reference` implements one layer and one direction. Here the states of a layer become the
inputs of the next one, and the gradients flow back by the chain rule of the slides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from elman.reference import Gradients, bptt, recurrence
from elman.reference.nonlinearities import Array


class Weights(NamedTuple):
    """The weights of one layer and direction: U `(I, H)`, V `(H, H)`, b `(H)`."""

    U: Array
    V: Array
    b: Array


@dataclass(frozen=True)
class ReferenceValues:
    """The correct outputs and gradients of a recurrent layer.

    Attributes:
        output: the last layer's states, `(T, B, D·H)`.
        h_n: the last state of each layer and direction, `(num_layers·D, B, H)`.
        dX: ∂C/∂X, `(T, B, I)`.
        gradients: ∂C/∂h_0, ∂C/∂U, ∂C/∂V and ∂C/∂b of each layer and direction.
        min_abs_a: the smallest |a_t|.
    """

    output: Array
    h_n: Array
    dX: Array  # noqa: N815 - ∂C/∂X
    gradients: list[Gradients]
    min_abs_a: float


def reference_values(
    X: Array,
    h_0: Array,
    weights: Sequence[Weights],
    f: str,
    bidirectional: bool,
    d_output: Array,
    dh_n: Array,
) -> ReferenceValues:
    """Forward and backward pass through all layers and directions.

    Args:
        X: `(T, B, I)`.
        h_0: `(num_layers·D, B, H)`.
        weights: of each layer and direction, ordered as in `h_n`.
        f: "tanh", "relu" or "sigmoid".
        bidirectional: D = 2 instead of 1.
        d_output: ∂C/∂output, `(T, B, D·H)`.
        dh_n: ∂C/∂h_n, `(num_layers·D, B, H)`.
    """
    directions = 2 if bidirectional else 1
    layers = range(0, len(weights), directions)  # the index of each layer's first direction

    inputs: list[Array] = []  # of each layer and direction, in its reading order
    h_n: list[Array] = []
    smallest = []
    output = X
    for first in layers:
        states = []
        for k in range(first, first + directions):
            inputs.append(_reading_order(output, k > first))
            h = recurrence(inputs[k], h_0[k], *weights[k], f)
            states.append(_reading_order(h, k > first))
            h_n.append(h[-1])
            smallest.append(
                _min_abs_a(inputs[k], np.concatenate([h_0[k : k + 1], h[:-1]]), weights[k])
            )
        output = np.concatenate(states, axis=-1)

    gradients: dict[int, Gradients] = {}
    dX = d_output  # with respect to the output of the current layer
    for first in reversed(layers):
        d_states = np.split(dX, directions, axis=-1)
        dX = np.zeros_like(inputs[first])
        for k in range(first, first + directions):
            dh_own = _reading_order(d_states[k - first], k > first).copy()
            dh_own[-1] += dh_n[k]
            gradients[k] = bptt(dh_own, inputs[k], h_0[k], *weights[k], f)
            dX = dX + _reading_order(gradients[k].X, k > first)
    return ReferenceValues(
        output, np.stack(h_n), dX, [gradients[k] for k in range(len(weights))], min(smallest)
    )


def _reading_order(x: Array, backward: bool) -> Array:
    return x[::-1] if backward else x


def _min_abs_a(X: Array, h_previous: Array, weights: Weights) -> float:
    U, V, b = weights
    a = X @ U + h_previous @ V + b
    return float(np.abs(a).min())
