"""The slides' equations in NumPy, with every gradient derived by hand, as a reference for tests.

The code is simple, not fast. Arrays may have any floating dtype; the tests use float64.
A batch is stored in rows: `X` is `(T, B, I)`, `h` is `(T, B, H)`, `O` is `(T, B, K)`.
A gradient is named after its variable: `dU` is ∂C/∂U and has the shape of U.
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
