from collections.abc import Callable

import numpy as np
import pytest

from elman.tasks.elman1990.predictions import Predictions
from elman.tasks.elman1990.words import WordsReport, boundaries


def scores(found: np.ndarray, first: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1, counted."""
    hits = sum(bool(f and g) for f, g in zip(found, first, strict=True))
    precision, recall = hits / found.sum(), hits / first.sum()
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def test_precision_and_recall_at_each_threshold(predictions: Callable[..., Predictions]) -> None:
    made = predictions("words", 30)
    errors = np.random.default_rng(0).random(len(made.positions))
    curve = boundaries(errors, made)
    first = made.positions == 0
    assert len(curve.threshold) == len(errors)
    for k, threshold in enumerate(curve.threshold):
        expected = scores(errors >= threshold, first)
        found = curve.precision[k], curve.recall[k], curve.f1[k]
        assert found == pytest.approx(expected, rel=1e-12)
    assert curve.f1[curve.best] == max(scores(errors >= t, first)[2] for t in errors)


def test_metrics_at_the_best_threshold(predictions: Callable[..., Predictions]) -> None:
    made = predictions("words", 200, np.array([0.4]))
    report = WordsReport(made)
    metrics, first = report.metrics, made.positions == 0
    threshold = report.network.threshold[report.network.best]
    expected = scores(made.errors >= threshold, first)
    assert (metrics["precision"], metrics["recall"], metrics["f1"]) == pytest.approx(expected)
    assert metrics["always_f1"] == pytest.approx(scores(np.ones_like(first), first)[2])
    assert metrics["first_error"] == pytest.approx(made.errors[first].mean())
    assert metrics["other_error"] == pytest.approx(made.errors[~first].mean())
    assert 0.8 < metrics["exact_f1"] < 1
    assert f"A boundary where it is at least {threshold:.2f}: precision " in report.text
