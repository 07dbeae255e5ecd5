"""What layers and directions must give: the NumPy reference, applied to one after the other.

`elman.reference` knows one layer that reads in one direction. Here its states become the inputs of
the next layer and the gradients go the same way back, as the slides' chain rule has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from elman.reference import Gradients, bptt, recurrence
from elman.reference.nonlinearities import Array


class Weights(NamedTuple):
    """Of one layer and direction: U `(I, H)`, V `(H, H)`, b `(H)`."""

    U: Array
    V: Array
    b: Array


@dataclass(frozen=True)
class Truth:
    """What a recurrent layer must give.

    Attributes:
        output: the last layer's states, `(T, B, D·H)`.
        h_n: the last state of each layer and direction, `(num_layers·D, B, H)`.
        dX: ∂C/∂X, `(T, B, I)`.
        gradients: ∂C/∂h_0, ∂C/∂U, ∂C/∂V and ∂C/∂b of each layer and direction.
        margin: the smallest |a_t| of all.
    """

    output: Array
    h_n: Array
    dX: Array  # noqa: N815 - ∂C/∂X
    gradients: list[Gradients]
    margin: float


def truth(
    X: Array,
    h_0: Array,
    weights: Sequence[Weights],
    f: str,
    bidirectional: bool,
    d_output: Array,
    dh_n: Array,
) -> Truth:
    """Forward through all layers and directions, and back.

    Args:
        X: `(T, B, I)`.
        h_0: `(num_layers·D, B, H)`.
        weights: of each layer and direction, in the order of `h_n`.
        f: "tanh", "relu" or "sigmoid".
        bidirectional: D is 2, not 1.
        d_output: ∂C/∂output, `(T, B, D·H)`.
        dh_n: ∂C/∂h_n, `(num_layers·D, B, H)`.
    """
    directions = 2 if bidirectional else 1
    layers = range(0, len(weights), directions)  # the first k of each

    inputs: list[Array] = []  # of each layer and direction, in the order in which it reads
    h_n: list[Array] = []
    margins = []
    output = X
    for first in layers:
        states = []
        for k in range(first, first + directions):
            inputs.append(_as_read(output, k > first))
            h = recurrence(inputs[k], h_0[k], *weights[k], f)
            states.append(_as_read(h, k > first))
            h_n.append(h[-1])
            margins.append(_margin(inputs[k], np.concatenate([h_0[k : k + 1], h[:-1]]), weights[k]))
        output = np.concatenate(states, axis=-1)

    gradients: dict[int, Gradients] = {}
    dX = d_output  # of the layer above the one at hand
    for first in reversed(layers):
        d_states = np.split(dX, directions, axis=-1)
        dX = np.zeros_like(inputs[first])
        for k in range(first, first + directions):
            dh_own = _as_read(d_states[k - first], k > first).copy()
            dh_own[-1] += dh_n[k]
            gradients[k] = bptt(dh_own, inputs[k], h_0[k], *weights[k], f)
            dX = dX + _as_read(gradients[k].X, k > first)
    return Truth(
        output, np.stack(h_n), dX, [gradients[k] for k in range(len(weights))], min(margins)
    )


def _as_read(x: Array, backward: bool) -> Array:
    return x[::-1] if backward else x


def _margin(X: Array, h_previous: Array, weights: Weights) -> float:
    U, V, b = weights
    a = X @ U + h_previous @ V + b
    return float(np.abs(a).min())
