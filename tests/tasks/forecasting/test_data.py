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
    values = torch.from_numpy(made.series.to_numpy(copy=True))
    for split in ("train", "validation", "test"):
        x, y, starts = made.windows(split)
        assert x.shape[1:] == (10,)
        assert y.shape[1:] == (3,)
        for n, start in enumerate(starts.tolist()):
            expected = values[start - 10 : start + 3]
            actual = made.unscale(torch.cat([x[n], y[n]]).double())
            torch.testing.assert_close(actual, expected, rtol=0, atol=1e-4)


def test_splits_share_no_target_and_the_test_split_is_the_end(write: Write) -> None:
    made = data(write())
    targets = {
        split: {start + k for start in made.windows(split).starts.tolist() for k in range(3)}
        for split in ("train", "validation", "test")
    }
    assert targets["train"] == set(range(10, 60))  # the first 10 values have no complete window
    assert targets["validation"] == set(range(60, 80))
    assert targets["test"] == set(range(80, 100))
    # The training inputs contain no target of another split.
    assert made.windows("train").starts.max() + 3 == 60


def test_loaders_return_all_windows(write: Write) -> None:
    made = data(write(), batch_size=7)
    loaders = [made.train_dataloader(), made.val_dataloader(), made.test_dataloader()]
    for split, loader in zip(("train", "validation", "test"), loaders, strict=True):
        x, y = (torch.cat(batches) for batches in zip(*loader, strict=True))
        windows = made.windows(split)
        order = y[:, 0].argsort()  # the series rises
        assert torch.equal(x[order], windows.x)
        assert torch.equal(y[order], windows.y)
    assert made.sizes == {"season": 4, "horizon": 3}


def test_mean_and_scale_come_from_the_training_split_only(write: Write) -> None:
    values = np.random.default_rng(0).normal(5, 2, N).round(3)
    made = data(write(values.tolist()))
    changes = values[4:60] - values[:56]
    assert made.mean == pytest.approx(values[:60].mean(), rel=1e-12)
    assert made.scale == pytest.approx(np.sqrt((changes**2).mean()), rel=1e-12)
    values[60:] *= 100
    other = data(write(values.tolist()))
    assert (other.mean, other.scale) == (made.mean, made.scale)


def test_a_checkpoint_restores_the_scale_and_the_file(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    made = data(write())
    again = ForecastingData(**SIZES)  # type: ignore[arg-type]
    again.load_state_dict(made.state_dict())
    again.setup()
    assert (again.mean, again.scale) == (made.mean, made.scale)
    for split in ("train", "test"):
        assert torch.equal(again.windows(split).x, made.windows(split).x)
    other = ForecastingData(str(write([n**2 for n in range(N)], "other.csv")), **SIZES)  # type: ignore[arg-type]
    other.load_state_dict(made.state_dict())
    other.setup()
    assert (other.mean, other.scale) == (made.mean, made.scale)
    assert other.series.to_numpy()[9] == 81
    assert "other.csv changes " in caplog.text  # much more


def test_a_constant_seasonal_series_can_be_forecast_by_a_trained_network(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    state = data(write()).state_dict()
    constant = ForecastingData(str(write([n % 4 for n in range(N)], "constant.csv")), **SIZES)  # type: ignore[arg-type]
    constant.load_state_dict(state)
    x, _ = constant.latest()
    assert x.isfinite().all()
    assert "constant.csv changes 0 times as much" in caplog.text


def test_another_file_must_have_the_same_columns_and_time_step(
    write: Write, tmp_path: Path
) -> None:
    state = data(write()).state_dict()
    fast = ForecastingData(str(write(name="fast.csv", minutes=30)), **SIZES)  # type: ignore[arg-type]
    fast.load_state_dict(state)
    with pytest.raises(ValueError, match=r"every 0:30:00, but .* trained on one every 1:00:00"):
        fast.latest()
    path = tmp_path / "other.csv"
    path.write_text(write().read_text().replace("value", "degrees"))
    other = ForecastingData(str(path), **SIZES)  # type: ignore[arg-type]
    other.load_state_dict(state)
    with pytest.raises(ValueError, match=r"no column 'value'; its first line names 'time', 'degr"):
        other.latest()


def test_latest_returns_the_last_values_and_the_times_after_them(write: Write) -> None:
    made = data(write())
    x, times = made.latest()
    assert x.shape == (1, 10)
    values = torch.from_numpy(made.series.to_numpy(copy=True)[-10:])
    torch.testing.assert_close(made.unscale(x.double())[0], values, rtol=0, atol=1e-4)
    assert times.tolist() == [datetime(2024, 2, 27) + timedelta(hours=n) for n in (100, 101, 102)]


def test_windows_with_a_missing_value_are_left_out(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    values: list[object] = [n + n % 3 for n in range(N)]
    values[70] = ""
    with pytest.raises(ValueError, match=r"my.csv, line 72: value is '', which is not a finite"):
        data(write(values))
    made = data(write(values), on_bad="skip")
    assert "1 bad lines are left out, the first is line 72" in caplog.text
    assert "1 of 100 values are missing" in caplog.text
    starts = made.windows("validation").starts.tolist()
    assert starts == [n for n in range(60, 78) if not n - 10 <= 70 < n + 3]
    for split in ("train", "validation", "test"):
        assert made.windows(split).x.isfinite().all()
        assert made.windows(split).y.isfinite().all()


def test_a_forecast_needs_all_of_the_latest_values(write: Write) -> None:
    values: list[object] = list(range(N))
    values[95] = "nan"
    made = ForecastingData(str(write(values)), on_bad="skip", **SIZES)  # type: ignore[arg-type]
    made.mean, made.scale = 0, 1
    with pytest.raises(ValueError, match=r"last data.window = 10 values of .* only 9 of them"):
        made.latest()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (list(range(20)), "my.csv is too short: the train split has 12 of its 20 values"),
        (list(range(5)), "my.csv is too short: it has no two values that are one season apart"),
        ([n % 4 for n in range(N)], "repeats itself every data.season = 4 steps"),
        ([7] * N, "repeats itself every data.season = 4 steps"),
    ],
)
def test_unusable_series_are_refused(write: Write, values: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=r"my.csv") as raised:
        data(write(values))
    assert message in str(raised.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"data.path: there is no file .*missing"):
        data(tmp_path / "missing")


def test_the_downloaded_series_is_read_from_its_wheel(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = write().read_text().splitlines()
    del lines[50]  # the hour in which daylight saving time begins is missing
    wheel = tmp_path / "vega.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(module.TEMPERATURES_FILE, "\n".join(lines))
    monkeypatch.setattr(module, "fetch", lambda *_: wheel)
    made = data(None)
    assert made.source == "hourly temperatures in Seattle"
    assert (made.label, made.unit) == ("temperature (°F)", "°F")
    assert made.uses == {"forecast": "forecast.py"}
    assert np.isnan(made.series.to_numpy()).nonzero()[0].tolist() == [49]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizon": 0}, "data.horizon must be greater than zero, got 0"),
        ({"window": 4}, "data.window must be greater than data.season, 4, got 4"),
        ({"test": 0}, "data.test must be an int from 1 on"),
        ({"test": 0.9}, "data.validation and data.test must leave examples to train on"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
    ],
)
def test_invalid_arguments_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ForecastingData(**{**SIZES, **options})  # type: ignore[arg-type]
