"""Gradient checkpointing over time: less memory for long sequences.

Backpropagation needs the states of all T time steps. With checkpointing, the sequence is cut into
segments of N time steps. The forward pass stores only the first state of each segment; the backward
pass computes the other states again, one segment at a time. So T/N + N states are stored instead
of T. The minimum is at N = √T (T. Chen et al. 2016, Training deep nets with sublinear memory cost).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch import Tensor
from torch.utils.checkpoint import checkpoint

Unfold = Callable[[Tensor, Sequence[Tensor], Tensor | None], tuple[list[Tensor], Tensor]]


def unfold_in_segments(
    unfold: Unfold,
    X: Tensor,
    h_0: Sequence[Tensor],
    lengths: Tensor | None,
    steps: int,
    weights: Sequence[Tensor],
) -> Iterator[tuple[list[Tensor], Tensor]]:
    """Unfolds a sequence segment by segment, with checkpointing.

    Args:
        unfold: computes from X, h_0 and lengths the states of all layers, `(T, B, D·H)` each, and
            h_n.
        X: `(T, B, I)`, with T ≥ 1.
        h_0: the initial state of each cell, `(B, H)`.
        lengths: `(B)`; None: all of length T.
        steps: time steps N of a segment.
        weights: all weights that `unfold` uses.

    Yields:
        For each segment its states and h_n, the initial state of the next segment.

    Raises:
        RuntimeError: in the backward pass, if a weight was changed in place after the forward pass.
    """
    versions = [weight._version for weight in weights]

    def unfold_checked(*segment: Any) -> tuple[list[Tensor], Tensor]:
        if [weight._version for weight in weights] != versions:
            raise RuntimeError(
                "a weight was changed in place before the backward pass, which needs the values "
                "of the forward pass; change it after the backward pass"
            )
        return unfold(*segment)

    for begin in range(0, len(X), steps):
        X_segment = X[begin : begin + steps]
        lengths_segment = None if lengths is None else (lengths - begin).clamp(0, len(X_segment))
        states, h_n = checkpoint(
            unfold_checked, X_segment, h_0, lengths_segment, use_reentrant=False
        )
        h_0 = h_n.unbind()
        yield states, h_n
