"""Simpler classifiers, as baselines: naive Bayes for texts, nearest neighbour for series."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# The libraries are imported where they are used: only a test of a trained network needs them.


def naive_bayes(texts: Sequence[str], classes: Sequence[int], test_texts: Sequence[str]) -> Any:
    """Classifies texts by multinomial naive Bayes over character n-grams of length 1 to 4.

        P(k | text) ∝ P(k) Π_g P(g | k),    P(g | k) = (n_gk + α) / Σ_g (n_gk + α)

    where g are the n-grams of the text, n_gk counts g in the training texts of class k, and
    α = 0.1 (Manning, Raghavan and Schütze, "Introduction to Information Retrieval", chapter 13).
    N-grams that occur in no training text are ignored; several spaces count as one.

    Args:
        texts: training texts, N.
        classes: their classes, N.
        test_texts: texts to classify, M.

    Returns:
        The predicted classes of the test texts, `(M)`.
    """
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415
    from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415

    ngrams = CountVectorizer(analyzer="char", ngram_range=(1, 4), lowercase=False)
    classifier = make_pipeline(ngrams, MultinomialNB(alpha=0.1))
    return classifier.fit(texts, classes).predict(test_texts)


def nearest_neighbor(
    series: Sequence[NDArray[Any]], classes: Sequence[int], test_series: Sequence[NDArray[Any]]
) -> Any:
    """Classifies series by the nearest training series under dynamic time warping.

    The distance of two series is √C_ST, the cost of their best alignment (Sakoe and Chiba 1978):

        C_ij = |a_i − b_j|² + min(C_i−1,j−1, C_i−1,j, C_i,j−1)

    Args:
        series: training series, N, each `(T, I)` with its own length T.
        classes: their classes, N.
        test_series: series to classify, M, each `(S, I)`.

    Returns:
        The predicted classes of the test series, `(M)`.

    Raises:
        ImportError: the package dtaidistance is not installed.
    """
    from dtaidistance import dtw_ndim  # noqa: PLC0415

    M, N = len(test_series), len(series)
    both = [np.asarray(each, dtype=np.float64) for each in (*test_series, *series)]
    block = ((0, M), (M, M + N))  # rows: test series; columns: training series
    distances = dtw_ndim.distance_matrix_fast(both, block=block, compact=True, parallel=False)
    return np.take(classes, np.reshape(distances, (M, N)).argmin(1))
