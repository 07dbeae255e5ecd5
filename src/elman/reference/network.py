"""The slides' whole recurrent network: from inputs and right answers to the cost's gradients.

    a_t = X_t U + h_{t−1} V + b     h_t = f(a_t)     O_t = c + W h_t     ŷ_t = softmax(O_t)

"The aggregated cost is always the average of the costs of each of the time steps":
`C = 1/(T B) Σ_t C_t`, averaged over the B sequences of the batch as well, with
`C_t = −log ŷ_{t,y_t}`. So the cost of each time step reaches C with weight 1/(T B), and with it
go all gradients: those of `reference.readout` first, then those of `reference.recurrence`.
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
    """One pass forward and one back.

    Args:
        X: `(T, B, I)`.
        y: the right class at each time step, `(T, B)`, integers from 0 to K − 1.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        W: `(K, H)`.
        c: `(K)`.
        f: "tanh", "relu" or "sigmoid".
        chunk: time steps between two truncations of BPTT; None: full BPTT.

    Returns:
        C and its gradients.
    """
    h = recurrence(X, h_0, U, V, b, f)
    O = readout(h, W, c)
    C = float(cross_entropy(O, y).mean())

    dO = cross_entropy_gradient(O, y) / y.size  # each time step weighs 1/(T B)
    dh_own, dW, dc = readout_gradients(dO, h, W)
    return Cost(C, bptt(dh_own, X, h_0, U, V, b, f, chunk), dW, dc)
