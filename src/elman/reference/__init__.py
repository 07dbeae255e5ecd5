"""The slides in NumPy alone, with every gradient derived by hand: to be read, and to test against.

Nothing here is clever or fast. Arrays may have any floating dtype; the tests use float64.
A batch stands in rows: `X` is `(T, B, I)`, `h` is `(T, B, H)`, `O` is `(T, B, K)`.
A gradient carries the name of what it belongs to: `dU` is ∂C/∂U, of the shape of U.
"""

from elman.reference.finite_differences import finite_differences
from elman.reference.network import Cost, cost_and_gradients
from elman.reference.nonlinearities import DERIVATIVES, NONLINEARITIES
from elman.reference.readout import (
    cross_entropy,
    cross_entropy_gradient,
    readout,
    readout_gradients,
    softmax,
)
from elman.reference.recurrence import Gradients, bptt, recurrence

__all__ = [
    "DERIVATIVES",
    "NONLINEARITIES",
    "Cost",
    "Gradients",
    "bptt",
    "cost_and_gradients",
    "cross_entropy",
    "cross_entropy_gradient",
    "finite_differences",
    "readout",
    "readout_gradients",
    "recurrence",
    "softmax",
]
