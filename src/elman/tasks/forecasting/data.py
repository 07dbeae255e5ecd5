"""Sliding windows over a time series, for a network that forecasts its next values."""

import logging
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from elman.checks import check_size
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, describe_size, split_counts
from elman.data.state import check_numbers, check_state
from elman.data.text_file import read_text
from elman.tasks.forecasting.series_file import read_series
from elman.tasks.forecasting.windows import (
    Windows,
    mean_and_scale,
    seasonal_change,
    sliding_windows,
)

# One year of hourly temperatures in °F, MIT licence. They are climate normals (averages over many
# years), so they contain no weather.
TEMPERATURES = Package(
    name="vega-datasets",
    version="0.9.0",
    sha256="3d7c63917be6ca9b154b565f4779a31fedce57b01b5b9d99d8a34a7608062a1d",
)
TEMPERATURES_FILE = "vega_datasets/_data/seattle-temps.csv"

log = logging.getLogger(__name__)


class ForecastingData(DataModule):
    """A series in three consecutive splits: training, validation and, at the end, test.

    A batch is `x`, consecutive values, `(B, window)`, and `y`, the values right after them,
    `(B, horizon)`. Both are scaled: `(x − mean) / scale`. The mean and the scale, the root mean
    square of the change over a season, come from the training split. All of y lies in its split; x
    may start in the split before, because these values are known when one forecasts.

    Args:
        path: a CSV file with a time column and a value column; None: one year of hourly
            temperatures in Seattle, downloaded.
        directory: where downloaded data are kept.
        time: name of the time column, see `read_series`; None: the first column.
        value: name of the value column; None: the second column.
        season: number of time steps after which the series is similar: 24 for hourly values with a
            daily cycle; 1: no season.
        window: number of known values in x, more than a season.
        horizon: number of values to forecast.
        batch_size: number of windows in a batch.
        validation: size of the validation split; an int is a number of values, a float a
            fraction of all values.
        test: size of the test split, in the same way.
        on_bad: what to do with a bad line of the user's file: "error" or "skip", see
            `read_series`. Windows with a missing value are left out.

    Attributes:
        mean: the mean of the training values; known after `setup`.
        scale: the scale of the training values; known after `setup`.

    Raises:
        TypeError, ValueError: a size is not a positive int, or an argument is out of range.
    """

    mean: float
    scale: float

    def __init__(
        self,
        path: str | None = None,
        directory: str = "data",
        time: str | None = None,
        value: str | None = None,
        season: int = 24,
        window: int = 72,
        horizon: int = 24,
        batch_size: int = 64,
        validation: Size = 0.15,
        test: Size = 0.15,
        on_bad: OnBad = "error",
    ) -> None:
        super().__init__(path, directory)
        check_size("data.season", season)
        check_size("data.window", window)
        check_size("data.horizon", horizon)
        check_size("data.batch_size", batch_size)
        check_split_sizes(validation, test)
        if window <= season:
            raise ValueError(
                f"data.window must be greater than data.season, {season}, got {window}"
            )
        check_on_bad("data.on_bad", on_bad)
        self.time = time
        self.value = value
        self.season = season
        self.window = window
        self.horizon = horizon
        self.batch_size = batch_size
        self.validation = validation
        self.test = test
        self.on_bad = on_bad
        self._series: pd.Series | None = None
        self._step: float | None = None  # seconds, of the series that the network was trained on

    @property
    def source(self) -> str:
        """A name of the series for messages."""
        return "hourly temperatures in Seattle" if self.path is None else self.path

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self.windows('train').x):,} windows of {self.source}"

    @property
    def test_description(self) -> str:
        """A description of the test data for messages."""
        return f"the last {describe_size(self.test, 'values')} of {self.source}"

    @property
    def sizes(self) -> dict[str, int]:
        """The arguments of the network that depend on the data."""
        return {"season": self.season, "horizon": self.horizon}

    @property
    def uses(self) -> dict[str, str]:
        """The script that uses a network trained on these data."""
        return {"forecast": "forecast.py"}

    @property
    def series(self) -> pd.Series:
        """The series, not scaled, with its times as index; NaN marks a missing value.

        Raises:
            OSError, ValueError: see `read_text` and `read_series`.
        """
        if self._series is None:
            # The downloaded series lacks the hour in which daylight saving time begins.
            on_bad: OnBad = "skip" if self.path is None else self.on_bad
            series = read_series(self._text(), self.source, self.time, self.value, on_bad)
            if self._step not in (None, time_step(series).total_seconds()):
                raise ValueError(
                    f"data: {self.source} has a value every {time_step(series)}, but the network "
                    f"was trained on one every {timedelta(seconds=self._step or 0)}"
                )
            self._compare_scale(series)
            missing = series.isna().sum()
            if missing:
                log.warning(
                    "%s: %d of %d values are missing; windows with a missing value are left out",
                    self.source,
                    missing,
                    len(series),
                )
            self._series = series
        return self._series

    @property
    def label(self) -> str:
        """The axis label of the values in plots."""
        return "temperature (°F)" if self.path is None else str(self.series.name)

    @property
    def unit(self) -> str:
        """The unit of the values; for the user's own file, the name of the value column."""
        return "°F" if self.path is None else str(self.series.name)

    def _compare_scale(self, series: pd.Series) -> None:
        """Warns if the scale of a checkpoint differs much from that of the series."""
        if not hasattr(self, "scale"):
            return
        scale = seasonal_change(series.to_numpy(), self.season, self.source)
        if not 1 / 3 < scale / self.scale < 3:
            log.warning(
                "%s changes %.3g times as much over a season as the series that the network was "
                "trained on; the forecast and its interval may be unreliable",
                self.source,
                scale / self.scale,
            )

    def _text(self) -> str:
        if self.path is None:
            with zipfile.ZipFile(fetch(TEMPERATURES, self.directory)) as archive:
                return archive.read(TEMPERATURES_FILE).decode("utf-8")
        return read_text("data.path", Path(self.path))

    def prepare_data(self) -> None:
        """Downloads the series, once per machine.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(TEMPERATURES, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the series, and computes its mean and scale unless a checkpoint has set them.

        Raises:
            OSError: the file does not exist or is not readable.
            ValueError: the file contains no series, or one that is too short or too regular.
        """
        if not hasattr(self, "scale"):
            first, last = self._bounds("train")
            self.mean, self.scale = mean_and_scale(
                self.series.to_numpy()[first:last], self.season, self.source
            )
        for split in ("train", "validation", "test"):
            self.windows(split)  # refuses a series that is too short, before any training

    def _bounds(self, split: str) -> tuple[int, int]:
        length = len(self.series)
        train, validation, _ = split_counts(
            length, self.validation, self.test, self.source, "values"
        )
        bounds = {
            "train": (0, train),
            "validation": (train, train + validation),
            "test": (train + validation, length),
        }
        return bounds[split]

    def windows(self, split: str) -> Windows:
        """All windows of a split ("train", "validation" or "test") in order of time, scaled.

        Raises:
            ValueError: the split has no window.
        """
        first, last = self._bounds(split)
        windows = sliding_windows(
            self._scale(self.series.to_numpy()), first, last, self.window, self.horizon
        )
        if len(windows.x) == 0:
            raise ValueError(
                f"data: {self.source} is too short: the {split} split has {last - first} of its "
                f"{len(self.series)} values, and no complete window of data.window + "
                f"data.horizon = {self.window + self.horizon} values ends there"
            )
        return windows

    def latest(self) -> tuple[Tensor, pd.DatetimeIndex]:
        """The last values, scaled, `(1, window)`, and the times of the `horizon` values after them.

        Raises:
            OSError: the file does not exist or is not readable.
            ValueError: the file contains no series, or one of its last values is missing.
        """
        series = self.series
        values = series.to_numpy()[-self.window :]
        known = int(np.isfinite(values).sum())
        if known < self.window:
            raise ValueError(
                f"data: a forecast needs the last data.window = {self.window} values of "
                f"{self.source}, but only {known} of them are known"
            )
        times = pd.date_range(series.index[-1], periods=self.horizon + 1, freq=series.index.freq)
        return self._scale(values).unsqueeze(0), times[1:]

    def _scale(self, values: NDArray[np.float64]) -> Tensor:
        return torch.from_numpy((values - self.mean) / self.scale).float()

    def unscale(self, x: Tensor) -> Tensor:
        """Scaled values in the unit of the series."""
        return x * self.scale + self.mean

    def train_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Batches in a new random order each epoch."""
        x, y, _ = self.windows("train")
        windows = TensorDataset(x, y)
        return DataLoader(windows, **self.random_batches(windows, self.batch_size))

    def val_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Batches in order of time."""
        return self._in_order("validation")

    def test_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Batches in order of time."""
        return self._in_order("test")

    def _in_order(self, split: str) -> DataLoader[tuple[Tensor, ...]]:
        x, y, _ = self.windows(split)
        return DataLoader(TensorDataset(x, y), self.batch_size)

    def state_dict(self) -> dict[str, Any]:
        """The mean, the scale, the columns and the time step, to be kept in a checkpoint."""
        return {
            **super().state_dict(),
            "mean": self.mean,
            "scale": self.scale,
            "time": self.series.index.name,
            "value": self.series.name,
            "step": time_step(self.series).total_seconds(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes the mean and scale of a checkpoint and, unless the user gave a file, its file."""
        check_state(state, mean=float, scale=float, step=float, time=str | None, value=str | None)
        check_numbers(state, "mean")
        for key in ("scale", "step"):
            check_numbers(state, key, positive=True)
        self.mean = state["mean"]
        self.scale = state["scale"]
        self.time = self.time or state["time"]
        self.value = self.value or state["value"]
        self._step = state["step"]
        super().load_state_dict(state)


def time_step(series: pd.Series) -> timedelta:
    """The time from one value to the next."""
    step: timedelta = (series.index[1] - series.index[0]).to_pytimedelta()
    return step
