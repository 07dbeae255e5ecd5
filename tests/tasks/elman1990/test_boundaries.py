import numpy as np
import pytest

from elman.tasks.elman1990.boundaries import boundaries


def scores(found: np.ndarray, first: np.ndarray) -> tuple[float, float, float]:
    """Precision, recall and F1, counted."""
    hits = sum(bool(f and g) for f, g in zip(found, first, strict=True))
    precision, recall = hits / found.sum(), hits / first.sum()
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def test_precision_and_recall_at_each_threshold() -> None:
    random = np.random.default_rng(0)
    errors, first = random.random(80), random.random(80) < 0.3
    curve = boundaries(errors, first)
    assert len(curve.threshold) == len(errors)
    for k, threshold in enumerate(curve.threshold):
        expected = scores(errors >= threshold, first)
        found = curve.precision[k], curve.recall[k], curve.f1[k]
        assert found == pytest.approx(expected, rel=1e-12)
    assert curve.f1[curve.best] == max(scores(errors >= t, first)[2] for t in errors)
