"""Sequences of different lengths in one batch, padded at the end to `T` time steps."""

import torch
from torch import Tensor


def make_padding_mask(lengths: Tensor, T: int) -> Tensor:
    """True at padding: where `t ≥ length`, with t counted from 0; `(B) → (T, B, 1)`."""
    t = torch.arange(T, device=lengths.device)
    return (t.unsqueeze(1) >= lengths).unsqueeze(2)


def last_state(h: Tensor, h_0: Tensor, lengths: Tensor | None) -> Tensor:
    """The state of each sequence at its last time step; `h_0` for length 0.

    Args:
        h: `h_1 … h_T`, `(T, B, H)`.
        h_0: `(B, H)`.
        lengths: `(B)`; None: all of length T.

    Returns:
        `(B, H)`.
    """
    if h.shape[0] == 0:  # not len(h): an exporter would fix the example's length
        return h_0.to(h.dtype)  # they differ under autocast
    if lengths is None:
        return h[-1]
    last = (lengths - 1).clamp(0, h.shape[0] - 1)
    h_last = h.gather(0, last[None, :, None].expand(1, -1, h.shape[2])).squeeze(0)
    return torch.where((lengths > 0).unsqueeze(1), h_last, h_0.to(h.dtype))


def reverse(X: Tensor, lengths: Tensor | None) -> Tensor:
    """Reverses each sequence within its length; padding stays at the end.

    Args:
        X: `(T, B, …)`.
        lengths: `(B)`; None: all of length T.
    """
    T = X.shape[0]
    if lengths is None or T == 0:
        return X.flip(0)
    t = torch.arange(T, device=X.device).unsqueeze(1)
    source = torch.where(t < lengths, lengths - 1 - t, t)  # (T, B)
    return X.gather(0, source.unsqueeze(2).expand_as(X))
