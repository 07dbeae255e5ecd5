import numpy as np
import pytest

from elman.tasks.memory.temporal_order import TemporalOrderData


@pytest.mark.parametrize("length", [10, 33, 100])
def test_the_class_is_the_order_of_the_two_signals(length: int) -> None:
    X, y = TemporalOrderData(length).generate(np.random.default_rng(0), 500)
    assert X.shape == (length, 500, 6)
    assert (X.sum(-1) == 1).all()
    x = X.argmax(-1)
    for n in range(500):
        first, second = (x[:, n] < 2).nonzero().flatten().tolist()
        assert length // 10 <= first < 2 * length // 10
        assert 4 * length // 10 <= second < 5 * length // 10
        order = "AB"[x[first, n]] + "AB"[x[second, n]]
        assert order == ["AA", "AB", "BA", "BB"][y[n]]


def test_classes_and_distractors_are_equally_frequent() -> None:
    data = TemporalOrderData(20)
    X, y = data.generate(np.random.default_rng(0), 40_000)
    classes = np.bincount(y) / len(y)
    np.testing.assert_allclose(classes, 4 * [data.baselines["chance"]], atol=0.01)
    np.testing.assert_allclose(X.mean((0, 1)), 2 * [1 / 20] + 4 * [18 / 80], atol=0.002)


def test_a_length_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^data.length must be at least 10, got 9$"):
        TemporalOrderData(9)
    with pytest.raises(TypeError, match=r"^data.length must be an int, got 10.5$"):
        TemporalOrderData(10.5)  # type: ignore[arg-type]
