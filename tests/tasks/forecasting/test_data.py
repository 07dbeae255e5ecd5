import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch

from elman.tasks.forecasting import data as module
from elman.tasks.forecasting.data import ForecastingData

Write = Callable[..., Path]
N = 100
SIZES = {"season": 4, "window": 10, "horizon": 3, "validation": 0.2, "test": 0.2}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes values an hour apart, by default 0 … 99 with a wobble."""

    def write(values: list[object] | None = None, name: str = "my.csv", minutes: int = 60) -> Path:
        if values is None:
            values = [f"{n + (n % 7) / 10:.1f}" for n in range(N)]
        times = [datetime(2024, 2, 27) + n * timedelta(minutes=minutes) for n in range(len(values))]
        lines = [f"{time},{value}" for time, value in zip(times, values, strict=True)]
        path = tmp_path / name
        path.write_text("\n".join(["time,value", *lines]))
        return path

    return write


def data(path: Path | None, **options: object) -> ForecastingData:
    made = ForecastingData(None if path is None else str(path), **{**SIZES, **options})  # type: ignore[arg-type]
    made.prepare_data()
    made.setup()
    return made


def test_the_target_begins_right_after_the_window(write: Write) -> None:
    made = data(write())
    values = torch.from_numpy(made.series.values)
    for part in ("train", "validation", "test"):
        x, y, begins = made.windows(part)
        assert x.shape[1:] == (10,)
        assert y.shape[1:] == (3,)
        for n, begin in enumerate(begins.tolist()):
            expected = values[begin - 10 : begin + 3]
            got = made.unscaled(torch.cat([x[n], y[n]]).double())
            torch.testing.assert_close(got, expected, rtol=0, atol=1e-4)


def test_no_target_is_in_two_parts_and_the_end_is_the_test(write: Write) -> None:
    made = data(write())
    targets = {
        part: {begin + k for begin in made.windows(part).begins.tolist() for k in range(3)}
        for part in ("train", "validation", "test")
    }
    assert targets["train"] == set(range(10, 60))  # the first 10 are known, never forecast
    assert targets["validation"] == set(range(60, 80))
    assert targets["test"] == set(range(80, 100))
    # Nor has the training seen as an input what the others forecast.
    assert made.windows("train").begins.max() + 3 == 60


def test_loaders_give_the_windows(write: Write) -> None:
    made = data(write(), batch_size=7)
    loaders = [made.train_dataloader(), made.val_dataloader(), made.test_dataloader()]
    for part, loader in zip(("train", "validation", "test"), loaders, strict=True):
        x, y = (torch.cat(batches) for batches in zip(*loader, strict=True))
        windows = made.windows(part)
        order = y[:, 0].argsort()  # the series rises
        assert torch.equal(x[order], windows.x)
        assert torch.equal(y[order], windows.y)
    assert made.sizes == {"season": 4, "horizon": 3}


def test_the_scale_is_of_the_part_to_train_on_alone(write: Write) -> None:
    values = np.random.default_rng(0).normal(5, 2, N).round(3)
    made = data(write(values.tolist()))
    changes = values[4:60] - values[:56]
    assert made.mean == pytest.approx(values[:60].mean(), rel=1e-12)
    assert made.scale == pytest.approx(np.sqrt((changes**2).mean()), rel=1e-12)
    values[60:] *= 100
    other = data(write(values.tolist()))
    assert (other.mean, other.scale) == (made.mean, made.scale)


def test_a_checkpoint_gives_the_scale_and_the_file_back(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    made = data(write())
    again = ForecastingData(**SIZES)  # type: ignore[arg-type]
    again.load_state_dict(made.state_dict())
    again.setup()
    assert (again.mean, again.scale) == (made.mean, made.scale)
    for part in ("train", "test"):
        assert torch.equal(again.windows(part).x, made.windows(part).x)
    elsewhere = ForecastingData(str(write([n**2 for n in range(N)], "other.csv")), **SIZES)  # type: ignore[arg-type]
    elsewhere.load_state_dict(made.state_dict())
    elsewhere.setup()
    assert (elsewhere.mean, elsewhere.scale) == (made.mean, made.scale)
    assert elsewhere.series.values[9] == 81
    assert "other.csv changes " in caplog.text  # much more


def test_a_series_that_repeats_itself_can_still_be_forecast(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    state = data(write()).state_dict()
    still = ForecastingData(str(write([n % 4 for n in range(N)], "still.csv")), **SIZES)  # type: ignore[arg-type]
    still.load_state_dict(state)
    x, _ = still.latest()
    assert x.isfinite().all()
    assert "still.csv changes 0 times as much" in caplog.text


def test_another_files_columns_and_step_must_be_the_same(write: Write, tmp_path: Path) -> None:
    state = data(write()).state_dict()
    quick = ForecastingData(str(write(name="quick.csv", minutes=30)), **SIZES)  # type: ignore[arg-type]
    quick.load_state_dict(state)
    with pytest.raises(ValueError, match=r"value every 0:30:00, .* trained on one every 1:00:00"):
        quick.latest()
    path = tmp_path / "other.csv"
    path.write_text(write().read_text().replace("value", "degrees"))
    other = ForecastingData(str(path), **SIZES)  # type: ignore[arg-type]
    other.load_state_dict(state)
    with pytest.raises(ValueError, match=r"no column 'value'; its first line names 'time', 'degr"):
        other.latest()


def test_the_latest_values_and_the_times_after_them(write: Write) -> None:
    made = data(write())
    x, times = made.latest()
    assert x.shape == (1, 10)
    values = torch.from_numpy(made.series.values[-10:])
    torch.testing.assert_close(made.unscaled(x.double())[0], values, rtol=0, atol=1e-4)
    assert times == [datetime(2024, 2, 27) + timedelta(hours=n) for n in (100, 101, 102)]


def test_windows_that_touch_a_bad_value_are_left_out(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    values: list[object] = [n + n % 3 for n in range(N)]
    values[70] = ""
    with pytest.raises(ValueError, match=r"my.csv, line 72: value is '', which is no number"):
        data(write(values))
    made = data(write(values), on_bad="skip")
    assert "1 bad lines are left out, the first is line 72" in caplog.text
    assert "1 of 100 times have no value" in caplog.text
    begins = made.windows("validation").begins.tolist()
    assert begins == [n for n in range(60, 78) if not n - 10 <= 70 < n + 3]
    for part in ("train", "validation", "test"):
        assert made.windows(part).x.isfinite().all()
        assert made.windows(part).y.isfinite().all()


def test_no_forecast_from_values_that_are_missing(write: Write) -> None:
    values: list[object] = list(range(N))
    values[95] = "nan"
    made = ForecastingData(str(write(values)), on_bad="skip", **SIZES)  # type: ignore[arg-type]
    made.mean, made.scale = 0, 1
    with pytest.raises(ValueError, match=r"its last data.window = 10 times must have values, 9 ha"):
        made.latest()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (list(range(20)), "my.csv is too short: its 20 values leave 12 for train"),
        (list(range(5)), "my.csv is too short: none of its values are a season apart"),
        ([n % 4 for n in range(N)], "repeats itself after data.season = 4 steps"),
        ([7] * N, "repeats itself after data.season = 4 steps"),
    ],
)
def test_series_that_cannot_be_learned(write: Write, values: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=r"my.csv") as raised:
        data(write(values))
    assert message in str(raised.value)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"data.path: there is no file .*missing"):
        data(tmp_path / "missing")


def test_the_fetched_file_is_read_out_of_its_package(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = write().read_text().splitlines()
    del lines[50]  # as the hour of daylight saving is missing
    wheel = tmp_path / "vega.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(module.TEMPERATURES_FILE, "\n".join(lines))
    monkeypatch.setattr(module, "fetch", lambda *_: wheel)
    made = data(None)
    assert made.source == "hourly temperatures of Seattle"
    assert np.isnan(made.series.values).nonzero()[0].tolist() == [49]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 0}, "data.horizon must be greater than zero, got 0"),
        ({"window": 4}, "data.window must be more than data.season, got 4, 4"),
        ({"test": 0}, "data.validation and data.test must be shares"),
        ({"test": 0.9}, "data.validation and data.test must be shares"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
    ],
)
def test_bad_values(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ForecastingData(**{**SIZES, **options})  # type: ignore[arg-type]
