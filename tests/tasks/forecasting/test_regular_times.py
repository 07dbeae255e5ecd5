from datetime import datetime, timedelta

import numpy as np
import pytest

from elman.data.bad_lines import OnBad
from elman.tasks.forecasting.series_file import read_series

START = datetime(2024, 1, 1)


def text(times: list[datetime]) -> str:
    return "time,value\n" + "".join(f"{time},{n}\n" for n, time in enumerate(times))


def hours(count: int) -> list[datetime]:
    return [START + timedelta(hours=n) for n in range(count)]


@pytest.mark.parametrize("on_bad", ["error", "skip"])
def test_times_that_jitter_by_seconds(on_bad: OnBad) -> None:
    random = np.random.default_rng(0)
    times = [each + timedelta(seconds=int(random.integers(-3, 4))) for each in hours(48)]
    del times[30]  # a gap is not the largest deviation
    times[20] = hours(48)[20] + timedelta(seconds=40)
    with pytest.raises(ValueError, match=r"^data: my\.csv, line 2[23]: 2024-01-01 2") as error:
        read_series(text(times), "my.csv", None, None, on_bad)
    assert "the largest deviation from the usual " in str(error.value)
    assert "round the times" in str(error.value)


@pytest.mark.parametrize("on_bad", ["error", "skip"])
@pytest.mark.parametrize("order", ["backward", "shuffled"])
def test_times_in_another_order(on_bad: OnBad, order: str) -> None:
    times = hours(24)[::-1]
    if order == "shuffled":
        times = np.random.default_rng(0).permutation(np.array(times)).tolist()
    with pytest.raises(ValueError, match=r"^data: my\.csv, line \d: .* is not later than") as error:
        read_series(text(times), "my.csv", None, None, on_bad)
    assert "of 24 lines; sort the lines by time, the earliest first" in str(error.value)


def test_a_few_late_and_repeated_times_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    times = hours(24)
    times[7], times[12] = times[3], times[11]
    series = read_series(text(times), "my.csv", None, None, "skip")
    expected = np.arange(24.0)
    expected[[7, 12]] = np.nan
    np.testing.assert_array_equal(series, expected)
    assert "2 bad lines are left out, the first is line 9" in caplog.text
