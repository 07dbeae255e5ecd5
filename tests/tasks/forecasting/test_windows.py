import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.forecasting.windows import mean_and_scale, sliding_windows


@given(
    N=st.integers(0, 20),
    first=st.integers(0, 20),
    window=st.integers(1, 6),
    horizon=st.integers(1, 4),
    missing=st.sets(st.integers(0, 19), max_size=3),
    data=st.data(),
)
def test_returns_exactly_the_complete_windows(
    N: int, first: int, window: int, horizon: int, missing: set[int], data: st.DataObject
) -> None:
    first = min(first, N)
    last = data.draw(st.integers(first, N))
    values = np.arange(float(N))
    values[[n for n in missing if n < N]] = np.nan
    x, y, starts = sliding_windows(torch.from_numpy(values), first, last, window, horizon)
    expected = [
        n
        for n in range(max(first, window), last - horizon + 1)
        if np.isfinite(values[n - window : n + horizon]).all()
    ]
    assert starts.tolist() == expected
    assert x.tolist() == [values[n - window : n].tolist() for n in expected]
    assert y.tolist() == [values[n : n + horizon].tolist() for n in expected]


def test_the_mean_and_scale_ignore_missing_values() -> None:
    values = np.array([1.0, 2, np.nan, 4, 6, 5])
    mean, scale = mean_and_scale(values, 1, "it")
    assert mean == pytest.approx(18 / 5)
    assert scale == pytest.approx(np.sqrt((1 + 4 + 1) / 3))
