"""Engine `unrolled`: the slide's loop; autograd differentiates it."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from elman.equations import Nonlinearity, hidden_state, preactivation
from elman.recurrence.torch_internals import scan

# torch's own loops: in what `torch.jit.trace` records they leave the length of a sequence open.
OPERATORS: dict[Nonlinearity, Callable[..., Any]] = {
    torch.tanh: torch.rnn_tanh,
    torch.relu: torch.rnn_relu,
}


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
    if torch.jit.is_tracing() and f in OPERATORS:  # type: ignore[attr-defined, no-untyped-call]
        return _unrolled_as_one_operator(X, h_0, U, V, b, f, ended)

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

    Raises:
        RuntimeError: the step does not return `(B, H)`.
    """
    if torch.compiler.is_exporting() and scan is not None:
        return _unroll_as_one_operator(step, X, h_0, ended)
    h_t = h_0
    states = []
    for t, X_t in enumerate(X):
        h_t = step(X_t, h_t)
        if t == 0 and h_t.shape != h_0.shape:
            raise RuntimeError(
                f"a step must return h_t of shape {tuple(h_0.shape)}, got {tuple(h_t.shape)}"
            )
        if ended is not None:
            h_t = h_t.masked_fill(ended[t], 0)
        states.append(h_t)
    # Without any time step this has the right shape, (0, B, H), and a place in autograd's graph.
    return torch.stack(states) if states else step(X.sum(0), h_0).unsqueeze(0)[:0]


def _unrolled_as_one_operator(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    ended: Tensor | None,
) -> Tensor:
    """The same for `torch.jit.trace`; torch has two biases, of which one is zero."""
    weights = [U.T, V.T, b, torch.zeros_like(b)]
    h: Tensor
    h, _ = OPERATORS[f](
        X, h_0.unsqueeze(0), weights, True, 1, 0.0, False, False, False
    )  # biases, one layer, no dropout, not in training, one direction, time first
    return h if ended is None else h.masked_fill(ended, 0)


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
