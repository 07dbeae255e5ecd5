"""The recurrence and backpropagation through time.

    a_t = X_t U + h_{t−1} V + b          h_t = f(a_t)          t = 1 … T

"BPTT begins by unfolding a recurrent neural network in time": unfolded, this is a feedforward
network of T layers with the same U, V and b in every layer. The slides' chain rule for a layer,

    ∂C/∂w = ∂z/∂w · ∂a/∂z · ∂C/∂a,

is applied step by step, from t = T down to t = 1, here for one row (one sequence of the batch):

1. **∂C/∂h_t.** The state h_t affects the cost in two ways: through the output at time t, which
   contributes `∂C_t/∂h_t`, and through the next state, by `a_{t+1,k} = … + Σ_j h_{t,j} V_jk`,
   whose derivative is `∂a_{t+1,k}/∂h_{t,j} = V_jk`. So

       ∂C/∂h_t = ∂C_t/∂h_t + ∂C/∂a_{t+1} Vᵀ

   and the gradient at time t depends on the gradients at all times after t, as the slide says.
   At t = T there is no next state, so there is no second term.
2. **∂C/∂a_t.** f is elementwise, so `∂C/∂a_t = ∂C/∂h_t ∘ f′(a_t)`.
3. **∂C/∂U, ∂C/∂V, ∂C/∂b.** At one time step `∂a_{t,k}/∂U_ik = X_{t,i}`, `∂a_{t,k}/∂V_jk =
   h_{t−1,j}` and `∂a_{t,k}/∂b_k = 1`. The weights are the same at every time step, so their
   gradients add up:

       ∂C/∂U = Σ_t X_tᵀ ∂C/∂a_t     ∂C/∂V = Σ_t h_{t−1}ᵀ ∂C/∂a_t     ∂C/∂b = Σ_t ∂C/∂a_t

4. **∂C/∂X_t, ∂C/∂h_0.** As in step 1, `∂C/∂X_t = ∂C/∂a_t Uᵀ` and `∂C/∂h_0 = ∂C/∂a_1 Vᵀ`.

**Truncated** BPTT cuts the sequence into chunks. The state is passed from chunk to chunk, the
gradient is not: at the last step of a chunk step 1 has no second term, as at t = T. More generally,
a gate g_t ≥ 0 multiplies the second term: `∂C/∂h_t = ∂C_t/∂h_t + g_t ∂C/∂a_{t+1} Vᵀ`.
"""

from typing import NamedTuple

import numpy as np

from elman.reference.nonlinearities import DERIVATIVES, NONLINEARITIES, Array


def recurrence(X: Array, h_0: Array, U: Array, V: Array, b: Array, f: str = "tanh") -> Array:
    """The states `h_1 … h_T`.

    Args:
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: "tanh", "relu" or "sigmoid".

    Returns:
        h: `(T, B, H)`; `h[t]` is the slide's h_{t+1}, since NumPy counts from 0.
    """
    h = np.empty((len(X), *h_0.shape), dtype=X.dtype)
    h_t = h_0
    for t in range(len(X)):
        a_t = X[t] @ U + h_t @ V + b
        h_t = NONLINEARITIES[f](a_t)
        h[t] = h_t
    return h


class Gradients(NamedTuple):
    """The gradients of the cost, each with the shape of its variable."""

    X: Array
    h_0: Array
    U: Array
    V: Array
    b: Array


def bptt(
    dh_own: Array,
    X: Array,
    h_0: Array,
    U: Array,
    V: Array,
    b: Array,
    f: str = "tanh",
    chunk: int | None = None,
    gates: Array | None = None,
) -> Gradients:
    """Backpropagation through time.

    Args:
        dh_own: `∂C_t/∂h_t`, the gradient through the output of each time step, `(T, B, H)`.
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: "tanh", "relu" or "sigmoid".
        chunk: time steps per chunk of truncated BPTT; None: full BPTT.
        gates: `g_t`, `(T, B, 1)` or a shape that broadcasts to it; None: 1, or 0 at the last step
            of a chunk.

    Returns:
        The gradients of X, h_0, U, V and b.
    """
    T = len(X)
    h = recurrence(X, h_0, U, V, b, f)
    if gates is None:
        gates = np.ones((T, 1, 1), dtype=X.dtype)
        if chunk is not None:
            gates[chunk - 1 :: chunk] = 0

    dX = np.zeros_like(X)
    dU, dV, db = np.zeros_like(U), np.zeros_like(V), np.zeros_like(b)
    from_later = np.zeros_like(h_0)  # ∂C/∂a_{t+1} Vᵀ, zero after the last time step
    for t in reversed(range(T)):
        h_previous = h[t - 1] if t > 0 else h_0
        a_t = X[t] @ U + h_previous @ V + b

        dh_t = dh_own[t] + gates[t] * from_later  # step 1
        da_t = dh_t * DERIVATIVES[f](a_t)  # step 2

        dU += X[t].T @ da_t  # step 3
        dV += h_previous.T @ da_t
        db += da_t.sum(axis=0)

        dX[t] = da_t @ U.T  # step 4
        from_later = da_t @ V.T
    return Gradients(X=dX, h_0=from_later, U=dU, V=dV, b=db)
