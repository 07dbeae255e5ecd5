"""A time series in windows, to forecast how it goes on."""

import logging
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from elman.checks import check_size
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, describe_size, split_counts
from elman.data.text_file import read_text
from elman.tasks.forecasting.series_file import Series, read_series
from elman.tasks.forecasting.windows import Windows, cut_windows, mean_and_scale, seasonal_change

# A year of hourly temperatures in °F, MIT. They are normals, averages of many years: no weather.
TEMPERATURES = Package(
    name="vega-datasets",
    version="0.9.0",
    sha256="3d7c63917be6ca9b154b565f4779a31fedce57b01b5b9d99d8a34a7608062a1d",
)
TEMPERATURES_FILE = "vega_datasets/_data/seattle-temps.csv"

log = logging.getLogger(__name__)


class ForecastingData(DataModule):
    """A series in three consecutive parts: to train on, to validate with, and, last, to test with.

    A batch is `x`, values in a row, `(B, window)`, and `y`, the values right after, `(B, horizon)`,
    both scaled. All of y is in its part; x may reach back into the part before, as it would where
    one forecasts. Scaled is `(x − mean) / scale`, where the mean, and scale, the root mean square
    of the change from season to season, are of the part to train on.

    Args:
        path: a CSV file with a column of times and one of values; None: a year of hourly
            temperatures of Seattle, fetched.
        directory: where fetched data is kept.
        time: name of the column of times, see `read_series`; None: the first.
        value: name of the column of values; None: the second.
        season: steps after which the series is similar: 24 for a day of hours; 1: none.
        window: values that are known, more than a season.
        horizon: values to forecast.
        batch_size: windows in a batch.
        validation: size of the validation split; an int is a number of values, a float a
            fraction of them.
        test: size of the test split, from the end, likewise.
        on_bad: of the user's own file: "error", or "skip", see `read_series`; windows that touch
            a time with no value are left out.

    Attributes:
        mean: subtracted from the values; known after `setup`.
        scale: that they are then divided by; known after `setup`.

    Raises:
        TypeError, ValueError: a size is not a positive int, or a value is out of range.
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
            raise ValueError(f"data.window must be more than data.season, got {window}, {season}")
        if validation == 0 or test == 0 or validation + test >= 1:
            raise ValueError(
                "data.validation and data.test must be shares greater than 0 that leave something "
                f"to train on, got {validation} and {test}"
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
        self._series: Series | None = None
        self._step: float | None = None  # seconds, of the series that the scale is from

    @property
    def source(self) -> str:
        """What the series is, for people."""
        return "hourly temperatures of Seattle" if self.path is None else self.path

    @property
    def test_description(self) -> str:
        """What a network is tested with, for people."""
        return f"the last {describe_size(self.test, 'values')} of {self.source}"

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide."""
        return {"season": self.season, "horizon": self.horizon}

    @property
    def uses(self) -> dict[str, str]:
        """To forecast."""
        return {"forecast": "forecast.py"}

    @property
    def series(self) -> Series:
        """The series as it was read, not scaled.

        Raises:
            OSError, ValueError: see `read_text` and `read_series`.
        """
        if self._series is None:
            # The fetched series is known to miss the hour in which daylight saving begins.
            on_bad: OnBad = "skip" if self.path is None else self.on_bad
            series = read_series(self._text(), self.source, self.time, self.value, on_bad)
            if self._step not in (None, series.step.total_seconds()):
                raise ValueError(
                    f"data: {self.source} has a value every {series.step}, the network was trained "
                    f"on one every {timedelta(seconds=self._step or 0)}"
                )
            self._compare_scale(series)
            missing = np.isnan(series.values).sum()
            if missing:
                log.warning(
                    "%s: %d of %d times have no value; windows that touch one of these are left "
                    "out",
                    self.source,
                    missing,
                    len(series.values),
                )
            self._series = series
        return self._series

    def _compare_scale(self, series: Series) -> None:
        """Warns where a checkpoint's scale is not that of the series."""
        if not hasattr(self, "scale"):
            return
        scale = seasonal_change(series.values, self.season, self.source)
        if not 1 / 3 < scale / self.scale < 3:
            log.warning(
                "%s changes %.3g times as much within a season as the series that the network was "
                "trained on; a forecast and its interval may be of no use",
                self.source,
                scale / self.scale,
            )

    def _text(self) -> str:
        if self.path is None:
            with zipfile.ZipFile(fetch(TEMPERATURES, self.directory)) as archive:
                return archive.read(TEMPERATURES_FILE).decode("utf-8")
        return read_text("data.path", Path(self.path))

    def prepare_data(self) -> None:
        """Fetches the series, once a machine.

        Raises:
            OSError: it could not be fetched, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(TEMPERATURES, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the series, and learns its scale where it is not known yet.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: the file holds no such series, or one too short or too regular.
        """
        if not hasattr(self, "scale"):
            first, last = self._bounds("train")
            self.mean, self.scale = mean_and_scale(
                self.series.values[first:last], self.season, self.source
            )
        for part in ("train", "validation", "test"):
            self.windows(part)  # refuses a series that is too short before any training

    def _bounds(self, part: str) -> tuple[int, int]:
        length = len(self.series.values)
        train, validation, _ = split_counts(
            length, self.validation, self.test, self.source, "values"
        )
        bounds = {
            "train": (0, train),
            "validation": (train, train + validation),
            "test": (train + validation, length),
        }
        return bounds[part]

    def windows(self, part: str) -> Windows:
        """All windows of a part, "train", "validation" or "test", in order of time, scaled.

        Raises:
            ValueError: there are none.
        """
        first, last = self._bounds(part)
        windows = cut_windows(
            self._scaled(self.series.values), first, last, self.window, self.horizon
        )
        if len(windows.x) == 0:
            raise ValueError(
                f"data: {self.source} is too short: its {len(self.series.values)} values leave "
                f"{last - first} for {part} and none of these ends a row of data.window + "
                f"data.horizon = {self.window + self.horizon}"
            )
        return windows

    def latest(self) -> tuple[Tensor, list[datetime]]:
        """The last values, scaled, `(1, window)`, and the times to forecast after them.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: the file holds no such series, or no value at one of these times.
        """
        values = self.series.values[-self.window :]
        if len(values) < self.window or np.isnan(values).any():
            raise ValueError(
                f"data: to forecast from {self.source}, its last data.window = {self.window} times "
                f"must have values, {np.isfinite(values).sum()} have"
            )
        length = len(self.series.values)
        times = [self.series.time_of(n) for n in range(length, length + self.horizon)]
        return self._scaled(values).unsqueeze(0), times

    def _scaled(self, values: NDArray[np.float64]) -> Tensor:
        return torch.from_numpy((values - self.mean) / self.scale).float()

    def unscaled(self, x: Tensor) -> Tensor:
        """Scaled values in the series' own unit."""
        return x * self.scale + self.mean

    def train_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Batches in another order in each epoch."""
        x, y, _ = self.windows("train")
        windows = TensorDataset(x, y)
        return DataLoader(windows, self.batch_size, sampler=self.random_sampler(windows))

    def val_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Batches in order of time."""
        return self._in_order("validation")

    def test_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Batches in order of time."""
        return self._in_order("test")

    def _in_order(self, part: str) -> DataLoader[tuple[Tensor, ...]]:
        x, y, _ = self.windows(part)
        return DataLoader(TensorDataset(x, y), self.batch_size)

    def state_dict(self) -> dict[str, Any]:
        """The scale for the checkpoint, and where the series is, to be tested with again."""
        return {
            **super().state_dict(),
            "mean": self.mean,
            "scale": self.scale,
            "time": self.series.time,
            "value": self.series.value,
            "step": self.series.step.total_seconds(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over the scale of a checkpoint and, unless a file was given, its file."""
        self.mean = state["mean"]
        self.scale = state["scale"]
        self.time = self.time or state["time"]
        self.value = self.value or state["value"]
        self._step = state["step"]
        super().load_state_dict(state)
