import math
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.classification.baselines import naive_bayes, nearest_neighbor


def most_probable_class(texts: list[str], classes: list[int], text: str) -> int:
    """By the definition: P(k | text) ∝ P(k) Π_g (n_gk + α) / Σ_g (n_gk + α)."""

    def ngrams(text: str) -> Counter[str]:
        return Counter(text[i : i + n] for n in range(1, 5) for i in range(len(text) - n + 1))

    counts = {k: Counter[str]() for k in classes}
    for training_text, k in zip(texts, classes, strict=True):
        counts[k] += ngrams(training_text)
    known = set().union(*counts.values())

    def log_P(k: int) -> float:
        total = sum(counts[k].values()) + 0.1 * len(known)
        terms = [
            n * math.log((counts[k][g] + 0.1) / total)
            for g, n in ngrams(text).items()
            if g in known
        ]
        return math.log(classes.count(k) / len(classes)) + math.fsum(terms)

    return max(counts, key=log_P)


def test_naive_bayes_follows_its_definition() -> None:
    random = np.random.default_rng(0)
    texts = ["".join(random.choice(list("abcd"[: 2 + n % 3]), 1 + n % 7)) for n in range(60)]
    classes = [n % 3 for n in range(30)]
    expected = [most_probable_class(texts[:30], classes, text) for text in texts[30:]]
    assert naive_bayes(texts[:30], classes, texts[30:]).tolist() == expected
    assert len(set(expected)) == 3


def test_naive_bayes_ignores_unseen_ngrams() -> None:
    assert naive_bayes(["ab", "ab", "cd"], [0, 0, 1], ["d?!", "?!", "D"]).tolist() == [1, 0, 0]


def alignment_cost(a: Any, b: Any) -> float:
    """The cost of the best alignment, by trying all alignments from the ends."""

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
    test_lengths=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    seed=st.integers(0, 99),
)
def test_the_nearest_neighbor_has_the_cheapest_alignment(
    lengths: list[int], test_lengths: list[int], seed: int
) -> None:
    pytest.importorskip("dtaidistance")
    random = np.random.default_rng(seed)
    series = [random.normal(size=(T, 3)) for T in lengths]
    test_series = [random.normal(size=(S, 3)) for S in test_lengths]
    expected = [int(np.argmin([alignment_cost(a, b) for b in series])) for a in test_series]
    assert nearest_neighbor(series, range(len(series)), test_series).tolist() == expected


def test_a_slower_copy_of_a_series_is_its_nearest_neighbor() -> None:
    pytest.importorskip("dtaidistance")
    rising, falling = np.array([[0.0], [1], [2]]), np.array([[2.0], [1], [0], [0]])
    slower = np.repeat(rising, 3, axis=0) + 0.1
    assert nearest_neighbor([falling, rising], [4, 7], [slower, falling]).tolist() == [7, 4]
