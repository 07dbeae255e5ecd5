"""The class of the most similar example, where sequences may be drawn out or hurried."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def nearest_neighbours(
    examples: Sequence[Array], classes: Sequence[int], sequences: Sequence[Array]
) -> list[int]:
    """For each of the sequences the class of the example that it is nearest to.

    Args:
        examples: each `(T, I)`, with T of its own.
        classes: theirs.
        sequences: each `(T, I)`.
    """
    lengths = np.array([len(example) for example in examples])
    padded = np.zeros((len(examples), lengths.max(), examples[0].shape[1]))  # (N, T, I)
    for n, example in enumerate(examples):
        padded[n, : len(example)] = example
    return [classes[int(time_warping(each, padded, lengths).argmin())] for each in sequences]


def time_warping(a: Array, b: Array, lengths: NDArray[np.int64]) -> Array:
    """The cost of the best alignment of a sequence with each of several others.

        C_ij = |a_i − b_j|² + min(C_i−1,j−1, C_i−1,j, C_i,j−1)

    Args:
        a: `(S, I)`.
        b: padded, `(N, T, I)`.
        lengths: how many of the T are each one's own, `(N)`.

    Returns:
        C at the ends of both sequences, `(N)`.
    """
    N, T, _ = b.shape
    # C_0j = C_i0 = ∞ but C_00 = 0: an alignment begins where both sequences do.
    C = np.full((T + 1, N), np.inf)
    C[0] = 0
    for a_i in a:
        previous, C = C, np.full((T + 1, N), np.inf)
        distance = ((a_i - b) ** 2).sum(-1).T  # |a_i − b_j|², (T, N)
        nearest = np.minimum(previous[:-1], previous[1:])
        for j in range(T):
            # C_ij = |a_i − b_j|² + min(C_i−1,j−1, C_i−1,j, C_i,j−1)
            C[j + 1] = distance[j] + np.minimum(nearest[j], C[j])
    return C[lengths, np.arange(N)]
