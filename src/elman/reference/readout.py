"""From hidden states to the cost of a prediction: readout, softmax, cross-entropy.

    O = c + W h          ŷ = softmax(O)          C = −log ŷ_y

where y is the index of the target class. The chain rule, from the cost backwards:

1. **∂C/∂O.** `C = −log (exp(O_y) / Σ_j exp(O_j)) = log Σ_j exp(O_j) − O_y`. The derivative of the
   first term with respect to O_k is `exp(O_k) / Σ_j exp(O_j) = ŷ_k`; that of O_y is 1 if k is the
   target class, else 0. So `∂C/∂O = ŷ − y`, with y as a one-hot vector: 1 at the target class,
   0 elsewhere.
2. **∂C/∂c.** `∂O/∂c = 1`, so `∂C/∂c = ∂C/∂O`, summed over all rows, since all rows use the same c.
3. **∂C/∂W.** `O_k = c_k + Σ_j W_kj h_j`, so `∂O_k/∂W_kj = h_j` (the slide's `∂z/∂w = a^(L−1)`)
   and `∂C/∂W_kj = ∂C/∂O_k h_j`, summed over all rows: `∂C/∂W = (∂C/∂O)ᵀ h`.
4. **∂C/∂h.** `∂O_k/∂h_j = W_kj`, and h_j affects the cost through every O_k:
   `∂C/∂h_j = Σ_k ∂C/∂O_k W_kj`, for a row `∂C/∂h = ∂C/∂O W`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from elman.reference.nonlinearities import Array

Classes = NDArray[np.integer[Any]]


def readout(h: Array, W: Array, c: Array) -> Array:
    """`O = c + W h` for each row of h; `(…, H) → (…, K)`."""
    return c + h @ W.T


def softmax(O: Array) -> Array:
    """`ŷ_i = exp(O_i) / Σ_j exp(O_j)`, shifted by `max O` to avoid overflow; `(…, K)`."""
    exp: Array = np.exp(O - O.max(axis=-1, keepdims=True))
    y_hat: Array = exp / exp.sum(axis=-1, keepdims=True)
    return y_hat


def cross_entropy(O: Array, y: Classes) -> Array:
    """`C = −log softmax(O)_y = log Σ_j exp(O_j) − O_y` of each row; `(…, K), (…) → (…)`."""
    shifted = O - O.max(axis=-1, keepdims=True)
    target = np.take_along_axis(shifted, y[..., np.newaxis], axis=-1)[..., 0]
    C: Array = np.log(np.exp(shifted).sum(axis=-1)) - target
    return C


def cross_entropy_gradient(O: Array, y: Classes) -> Array:
    """`∂C/∂O = ŷ − y` (step 1) of each row; `(…, K), (…) → (…, K)`."""
    y_vector = np.eye(O.shape[-1], dtype=O.dtype)[y]
    dO: Array = softmax(O) - y_vector
    return dO


def readout_gradients(dO: Array, h: Array, W: Array) -> tuple[Array, Array, Array]:
    """The gradients through `O = c + W h` (steps 2 to 4).

    Args:
        dO: ∂C/∂O, `(…, K)`.
        h: `(…, H)`.
        W: `(K, H)`.

    Returns:
        dh `(…, H)`, dW `(K, H)`, dc `(K)`.
    """
    dO_rows = dO.reshape(-1, dO.shape[-1])
    h_rows = h.reshape(-1, h.shape[-1])
    dc = dO_rows.sum(axis=0)
    dW = dO_rows.T @ h_rows
    dh = dO @ W
    return dh, dW, dc
