"""Sequences of different lengths in one batch, padded at their end to `T` time steps."""

import torch
from torch import Tensor


def ended_steps(lengths: Tensor, T: int) -> Tensor:
    """Where a sequence has ended: `t ≥ length`, t counted from 0; `(B) → (T, B, 1)`."""
    t = torch.arange(T, device=lengths.device)
    return (t.unsqueeze(1) >= lengths).unsqueeze(2)


def last_state(h: Tensor, h_0: Tensor, lengths: Tensor | None) -> Tensor:
    """Each sequence's state at its own end, `h_0` where it has no time step.

    Args:
        h: `h_1 … h_T`, `(T, B, H)`.
        h_0: `(B, H)`.
        lengths: `(B)`; None: all of length T.

    Returns:
        `(B, H)`.
    """
    if h.shape[0] == 0:  # not len(h): an exporter would take the length of its example for good
        return h_0.to(h.dtype)  # of another under autocast
    if lengths is None:
        return h[-1]
    last = (lengths - 1).clamp(0, h.shape[0] - 1)
    h_last = h.gather(0, last[None, :, None].expand(1, -1, h.shape[2])).squeeze(0)
    return torch.where((lengths > 0).unsqueeze(1), h_last, h_0.to(h.dtype))


def reverse(X: Tensor, lengths: Tensor | None) -> Tensor:
    """Each sequence from its own end to its beginning; what pads it stays behind it.

    Args:
        X: `(T, B, …)`.
        lengths: `(B)`; None: all of length T.
    """
    T = X.shape[0]
    if lengths is None or T == 0:
        return X.flip(0)
    t = torch.arange(T, device=X.device).unsqueeze(1)
    turned = torch.where(t < lengths, lengths - 1 - t, t)  # (T, B)
    return X.gather(0, turned.unsqueeze(2).expand_as(X))
