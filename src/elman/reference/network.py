"""The slides' complete recurrent network: from inputs and targets to the gradients of the cost.

    a_t = X_t U + h_{t−1} V + b     h_t = f(a_t)     O_t = c + W h_t     ŷ_t = softmax(O_t)

"The aggregated cost is always the average of the costs of each of the time steps":
`C = 1/(T B) Σ_t C_t`, which also averages over the B sequences of the batch, with
`C_t = −log ŷ_{t,y_t}`. The cost of each time step has weight 1/(T B) in C, and so do its gradients.
They go first through `reference.readout`, then through `reference.recurrence`.
"""

from typing import NamedTuple

from elman.reference.nonlinearities import Array
from elman.reference.readout import (
    Classes,
    cross_entropy,
    cross_entropy_gradient,
    readout,
    readout_gradients,
)
from elman.reference.recurrence import Gradients, bptt, recurrence


class Cost(NamedTuple):
    """The average cost C of the time steps, and its gradients."""

    C: float
    recurrence: Gradients
    W: Array
    c: Array


def cost_and_gradients(
    X: Array,
    y: Classes,
    h_0: Array,
    U: Array,
    V: Array,
    b: Array,
    W: Array,
    c: Array,
    f: str = "tanh",
    chunk: int | None = None,
) -> Cost:
    """One forward pass and one backward pass.

    Args:
        X: `(T, B, I)`.
        y: the target class at each time step, `(T, B)`, integers from 0 to K − 1.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        W: `(K, H)`.
        c: `(K)`.
        f: "tanh", "relu" or "sigmoid".
        chunk: time steps per chunk of truncated BPTT; None: full BPTT.

    Returns:
        C and its gradients.
    """
    h = recurrence(X, h_0, U, V, b, f)
    O = readout(h, W, c)
    C = float(cross_entropy(O, y).mean())

    dO = cross_entropy_gradient(O, y) / y.size  # each time step has weight 1/(T B)
    dh_own, dW, dc = readout_gradients(dO, h, W)
    return Cost(C, bptt(dh_own, X, h_0, U, V, b, f, chunk), dW, dc)
