"""Engine `unrolled`: the slide's loop; autograd differentiates it."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from elman.equations import Nonlinearity, hidden_state, preactivation
from elman.recurrence.torch_internals import scan

# torch's own loops. They keep the sequence length dynamic in `torch.jit.trace`.
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
    padding_mask: Tensor | None = None,
) -> Tensor:
    """Unfolds the network in time, equation by equation.

    It uses only torch operations, so autograd, `torch.func` and `torch.export` work, with any
    elementwise `f`.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: an elementwise function.
        padding_mask: true at padding time steps, `(T, B, 1)`; None: no padding.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero at padding.
    """
    if torch.jit.is_tracing() and f in OPERATORS:  # type: ignore[attr-defined, no-untyped-call]
        return _unrolled_as_one_operator(X, h_0, U, V, b, f, padding_mask)

    def step(X_t: Tensor, h_previous: Tensor) -> Tensor:
        # a_t = X_t U + h_{t−1} V + b
        a_t = preactivation(X_t, h_previous, U, V, b)
        # h_t = f(a_t)
        return hidden_state(a_t, f)

    return unroll(step, X, h_0, padding_mask)


def unroll(
    step: Callable[[Tensor, Tensor], Tensor],
    X: Tensor,
    h_0: Tensor,
    padding_mask: Tensor | None = None,
) -> Tensor:
    """Unfolds any cell: `h_t = step(X_t, h_{t−1})` for t = 1 … T.

    Args:
        step: computes one time step, `(B, I), (B, H) → (B, H)`.
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        padding_mask: true at padding time steps, `(T, B, 1)`; None: no padding.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero at padding.

    Raises:
        RuntimeError: `step` does not return shape `(B, H)`.
    """
    if torch.compiler.is_exporting() and scan is not None:
        return _unroll_as_one_operator(step, X, h_0, padding_mask)
    h_t = h_0
    states = []
    for t, X_t in enumerate(X):
        h_t = step(X_t, h_t)
        if t == 0 and h_t.shape != h_0.shape:
            raise RuntimeError(
                f"step must return h_t of shape {tuple(h_0.shape)}, got {tuple(h_t.shape)}"
            )
        if padding_mask is not None:
            h_t = h_t.masked_fill(padding_mask[t], 0)
        states.append(h_t)
    # With T = 0 the result still needs shape (0, B, H) and a place in autograd's graph.
    return torch.stack(states) if states else step(X.sum(0), h_0).unsqueeze(0)[:0]


def _unrolled_as_one_operator(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    padding_mask: Tensor | None,
) -> Tensor:
    """`unrolled` for `torch.jit.trace`. torch has two biases; one is set to zero."""
    weights = [U.T, V.T, b, torch.zeros_like(b)]
    h: Tensor
    h, _ = OPERATORS[f](
        X, h_0.unsqueeze(0), weights, True, 1, 0.0, False, False, False
    )  # has_biases, num_layers, dropout, train, bidirectional, batch_first
    return h if padding_mask is None else h.masked_fill(padding_mask, 0)


def _unroll_as_one_operator(
    step: Callable[[Tensor, Tensor], Tensor], X: Tensor, h_0: Tensor, padding_mask: Tensor | None
) -> Tensor:
    """`unroll` for `torch.export`, with a dynamic number of time steps: `Scan` in ONNX."""

    def scan_step(h_previous: Tensor, inputs_t: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        X_t, *mask_t = inputs_t
        h_t = step(X_t, h_previous)
        if mask_t:
            h_t = h_t.masked_fill(mask_t[0], 0)
        return h_t, h_t.clone()  # the carried state and the output must not share memory

    h: Tensor
    _, h = scan(scan_step, h_0.contiguous(), (X,) if padding_mask is None else (X, padding_mask))
    return h
