"""Engine `unrolled`: the slide's loop; autograd differentiates it."""

import torch
from torch import Tensor

from elman.equations import Nonlinearity, hidden_state, preactivation


def unrolled(
    X: Tensor, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor, f: Nonlinearity = torch.tanh
) -> Tensor:
    """Unfolds the network in time, one equation after the other.

    Every operation is one that autograd, `torch.func` and `torch.export` know, so whatever they
    can do can be done to this engine, with any elementwise `f`.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: an elementwise function.

    Returns:
        `h_1 … h_T`, `(T, B, H)`.
    """
    h_t = h_0
    states = []
    for X_t in X:
        # a_t = X_t U + h_{t−1} V + b
        a_t = preactivation(X_t, h_t, U, V, b)
        # h_t = f(a_t)
        h_t = hidden_state(a_t, f)
        states.append(h_t)
    # Without any time step this has the right shape, (0, B, H), and a place in autograd's graph.
    return torch.stack(states) if states else preactivation(X, h_0, U, V, b)
