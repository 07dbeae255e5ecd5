"""Engine `unrolled`: the slide's loop; autograd differentiates it."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch._higher_order_ops import scan

from elman.equations import Nonlinearity, hidden_state, preactivation


def unrolled(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity = torch.tanh,
    ended: Tensor | None = None,
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
        ended: where sequences differ in length, true after a sequence's end, `(T, B, 1)`.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end.
    """

    def step(X_t: Tensor, h_previous: Tensor) -> Tensor:
        # a_t = X_t U + h_{t−1} V + b
        a_t = preactivation(X_t, h_previous, U, V, b)
        # h_t = f(a_t)
        return hidden_state(a_t, f)

    return unroll(step, X, h_0, ended)


def unroll(
    step: Callable[[Tensor, Tensor], Tensor], X: Tensor, h_0: Tensor, ended: Tensor | None = None
) -> Tensor:
    """`h_t = step(X_t, h_{t−1})` for t = 1 … T: the unfolding of any cell.

    Args:
        step: one time step, `(B, I), (B, H) → (B, H)`.
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        ended: where sequences differ in length, true after a sequence's end, `(T, B, 1)`.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end.
    """
    if torch.compiler.is_exporting():
        return _unroll_as_one_operator(step, X, h_0, ended)
    h_t = h_0
    states = []
    for t, X_t in enumerate(X):
        h_t = step(X_t, h_t)
        if ended is not None:
            h_t = h_t.masked_fill(ended[t], 0)
        states.append(h_t)
    # Without any time step this has the right shape, (0, B, H), and a place in autograd's graph.
    return torch.stack(states) if states else step(X.sum(0), h_0).unsqueeze(0)[:0]


def _unroll_as_one_operator(
    step: Callable[[Tensor, Tensor], Tensor], X: Tensor, h_0: Tensor, ended: Tensor | None
) -> Tensor:
    """The same loop for `torch.export`, in which its length stays open: `Scan` in ONNX."""

    def scanned(h_previous: Tensor, now: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        X_t, *ended_t = now
        h_t = step(X_t, h_previous)
        if ended_t:
            h_t = h_t.masked_fill(ended_t[0], 0)
        return h_t, h_t.clone()  # the state that goes on and the output may not be the same memory

    h: Tensor
    _, h = scan(scanned, h_0.contiguous(), (X,) if ended is None else (X, ended))
    return h
