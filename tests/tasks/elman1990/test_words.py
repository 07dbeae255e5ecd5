from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score

from elman.tasks.elman1990.predictions import Predictions
from elman.tasks.elman1990.words import WordsReport


def test_metrics_at_the_best_threshold(predictions: Callable[..., Predictions]) -> None:
    made = predictions("words", 200, np.array([0.4]))
    report = WordsReport(made)
    metrics, first = report.metrics, made.positions == 0
    threshold = report.network.threshold[report.network.best]
    found = made.errors >= threshold
    assert metrics["precision"] == pytest.approx(precision_score(first, found))
    assert metrics["recall"] == pytest.approx(recall_score(first, found))
    assert metrics["f1"] == pytest.approx(f1_score(first, found))
    assert metrics["always_f1"] == pytest.approx(f1_score(first, np.ones_like(first)))
    assert metrics["first_error"] == pytest.approx(made.errors[first].mean())
    assert metrics["other_error"] == pytest.approx(made.errors[~first].mean())
    assert 0.8 < metrics["exact_f1"] < 1
    assert f"A boundary where it is at least {threshold:.2f}: precision " in report.text
