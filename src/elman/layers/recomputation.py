"""Gradient checkpointing over time: less memory for long sequences.

Backpropagation needs the states of all T time steps. With checkpointing, the sequence is cut into
segments. The forward pass stores only the first state of each segment; the backward pass computes
the other states again, one segment at a time.

With segments of N time steps, T/N + N states are stored instead of T; least, 2√T, with N = √T (T.
Chen et al. 2016, Training deep nets with sublinear memory cost). But when the backward pass comes
to an early segment, the later ones are done and need no memory: the segments may have N, N − 1,
N − 2, … time steps, and never more than N states are stored. Since the sum is N (N + 1) / 2, N is
√(2T), the least where no state is computed again more than once: the binomial schedule for one
repetition (A. Griewank & A. Walther 2000, Algorithm 799: revolve). Its schedules for more
repetitions cut segments into segments. For r of them N is about the (r + 1)-th root of (r + 1)! T;
at T = 100,000, 84 states instead of 447 for r = 2, but in about 3,570 segments, each of which needs
a record of its own and the time of a call, which together cost more than the states.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

Unfold = Callable[[Tensor, Sequence[Tensor], Tensor | None], tuple[list[Tensor], Tensor]]


def segment_lengths(T: int, recompute: bool | int) -> list[int]:
    """The lengths of the segments of a sequence.

    Args:
        T: the number of time steps.
        recompute: the length of all but the last; True: the lengths for which the fewest states
            are stored.
    """
    if recompute is True:
        # N (N + 1) / 2 ≥ T
        N = math.ceil((math.sqrt(8 * T + 1) - 1) / 2)
        longest = iter(range(N, 0, -1))
    else:
        longest = itertools.repeat(recompute)
    lengths: list[int] = []
    while T > 0:
        lengths.append(min(next(longest), T))
        T -= lengths[-1]
    return lengths


def unfold_in_segments(
    unfold: Unfold,
    X: Tensor,
    h_0: Sequence[Tensor],
    lengths: Tensor | None,
    recompute: bool | int,
    weights: Sequence[Tensor],
) -> Iterator[tuple[list[Tensor], Tensor]]:
    """Unfolds a sequence segment by segment, with checkpointing.

    Args:
        unfold: computes from X, h_0 and lengths the states of all layers, `(T, B, D·H)` each, and
            h_n.
        X: `(T, B, I)`, with T ≥ 1.
        h_0: the initial state of each cell, `(B, H)`.
        lengths: `(B)`; None: all of length T.
        recompute: see `segment_lengths`.
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

    segments = torch.split(X, segment_lengths(len(X), recompute))
    for n, X_segment in enumerate(segments):
        segment = X_segment, h_0, None if lengths is None else lengths.clamp(0, len(X_segment))
        if n < len(segments) - 1:
            states, h_n = checkpoint(unfold_checked, *segment, use_reentrant=False)
        else:  # whose states the backward pass needs first
            states, h_n = unfold(*segment)
        h_0 = h_n.unbind()
        lengths = None if lengths is None else lengths - len(X_segment)
        yield states, h_n
