from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.classification.nearest_neighbour import nearest_neighbours, time_warping


def cost_of_the_best_alignment(a: Any, b: Any) -> float:
    """By trying all of them, from the ends."""

    @cache
    def C(i: int, j: int) -> float:
        if i < 0 and j < 0:
            return 0
        if i < 0 or j < 0:
            return np.inf
        before = min(C(i - 1, j - 1), C(i - 1, j), C(i, j - 1))
        return float(np.sum((a[i] - b[j]) ** 2)) + before

    return C(len(a) - 1, len(b) - 1)


@given(
    lengths=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    S=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_cost_is_that_of_the_best_of_all_alignments(lengths: list[int], S: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    a = random.normal(size=(S, 3))
    b = random.normal(size=(len(lengths), max(lengths), 3))  # anything after the ends
    right = [cost_of_the_best_alignment(a, each[:T]) for each, T in zip(b, lengths, strict=True)]
    assert time_warping(a, b, np.array(lengths)) == pytest.approx(right, rel=1e-12)


def test_a_sequence_that_is_drawn_out_is_the_nearest() -> None:
    rising, falling = np.array([[0.0], [1], [2]]), np.array([[2.0], [1], [0], [0]])
    drawn_out = np.repeat(rising, 3, axis=0) + 0.1
    assert nearest_neighbours([falling, rising], [4, 7], [drawn_out, falling]) == [7, 4]
