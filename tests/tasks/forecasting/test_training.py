"""Trainings on a series, what they tell and leave, and forecasts from their checkpoints."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import DictConfig

from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.forecasting.errors import NETWORK, PERSISTENCE, SEASONAL, Forecasts
from elman.tasks.forecasting.forecast import forecast
from elman.tasks.forecasting.objective import ForecastError
from elman.tasks.forecasting.training import ForecastingTraining
from elman.training.checkpoint import restore
from elman.training.evaluate import evaluate
from elman.training.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]
ROOT = Path(__file__).parents[2]
N, SEASON, WINDOW, HORIZON = 400, 8, 24, 12


def write_sine(path: Path, first: int = 0, count: int = N) -> Path:
    """A wave of 23 hours, far from its last value and from that of 8 hours ago."""
    times = np.datetime64("2024-01-01T00:00") + np.arange(first, first + count) * np.timedelta64(
        1, "h"
    )
    noise = np.random.default_rng(first).normal(0, 0.01, count)
    values = 20 + 5 * np.sin(2 * np.pi * np.arange(first, first + count) / 23) + noise
    lines = [f"{time},{value:.4f}" for time, value in zip(times, values, strict=True)]
    path.write_text("\n".join(["hour,degrees", *lines]))
    return path


@pytest.fixture
def configure(composed: Compose, tmp_path: Path) -> Compose:
    path = write_sine(tmp_path / "sine.csv")

    def configured(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            "experiment=forecast",
            f"output_dir={tmp_path / run}",
            f"data.path={path}",
            f"data.season={SEASON}",
            f"data.window={WINDOW}",
            f"data.horizon={HORIZON}",
            "data.batch_size=16",
            "network.hidden_size=16",
            "trainer.max_epochs=6",
            "optimizer.lr=1e-2",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configured


def test_a_sine_is_learned_told_drawn_and_forecast(
    configure: Compose,
    composed: Compose,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO")
    mse = train(configure())
    run = tmp_path / "run"
    assert "of the better baseline" in RunGroup("", [Result.read(run)]).baselines()
    assert f"Test: mean squared error {mse:.4g} on the last 15 % of" in caplog.text
    assert f"python scripts/forecast.py checkpoint={run}" in caplog.text

    with (run / "errors_by_horizon.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [int(line["horizon"]) for line in table] == list(range(1, HORIZON + 1))
    assert all(float(line["ratio"]) < 0.2 for line in table)  # better than either baseline
    values = np.loadtxt(tmp_path / "sine.csv", delimiter=",", skiprows=1, usecols=1)
    begins = np.arange(N - 60, N - HORIZON + 1)
    for k, line in enumerate(table, start=1):
        y = values[begins + k - 1]
        last = values[begins - 1]
        naive = values[begins + k - 1 - SEASON * -(-k // SEASON)]
        for by, O in ((PERSISTENCE, last), (SEASONAL, naive)):
            assert float(line[f"MSE {by}"]) == pytest.approx(((O - y) ** 2).mean(), rel=1e-3)
            assert float(line[f"MAE {by}"]) == pytest.approx(abs(O - y).mean(), rel=1e-3)
    of_all = np.mean([float(line[f"MSE {NETWORK}"]) for line in table])
    assert of_all == pytest.approx(mse, rel=1e-3)
    for name in ("errors_by_horizon.png", "forecasts.png", "curves.png"):
        assert (run / name).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")

    again = evaluate(
        composed("evaluate", f"checkpoint={run}", "+trainer.enable_progress_bar=false")
    )
    assert again == pytest.approx(mse, rel=1e-6)

    out = tmp_path / "out"
    config = composed(
        "forecast",
        f"checkpoint={run}",
        f"output_dir={out}",
        "test=true",
        "+trainer.enable_progress_bar=false",
    )
    capsys.readouterr()
    forecast(config)
    printed = capsys.readouterr().out
    with (out / "forecast.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    truth = 20 + 5 * np.sin(2 * np.pi * np.arange(N, N + HORIZON) / 23)
    assert [line["hour"] for line in lines][:2] == ["2024-01-17 16:00:00", "2024-01-17 17:00:00"]
    for line, value in zip(lines, truth, strict=True):
        assert float(line["forecast"]) == pytest.approx(value, abs=1)
        assert float(line["low"]) < float(line["high"])
        assert line["forecast"] in printed
    names = {"errors_by_horizon.csv", "errors_by_horizon.png", "forecasts.png"}
    assert {path.name for path in out.iterdir()} == names | {"forecast.csv", "forecast.png"}
    assert (out / "errors_by_horizon.csv").read_text() == (
        run / "errors_by_horizon.csv"
    ).read_text()
    before = (out / "forecast.csv").read_bytes()
    with pytest.raises(FileExistsError, match=r"output_dir: there is a .*forecast.csv already"):
        forecast(config)
    assert (out / "forecast.csv").read_bytes() == before


def test_a_checkpoint_gives_the_scale_the_interval_and_forecasts_of_another_file(
    configure: Compose, composed: Compose, tmp_path: Path
) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    train(configure("trainer.max_epochs=1", "rnn=torch"))
    network, data, checkpoint = restore(run)
    assert isinstance(data, ForecastingData)
    assert checkpoint["ForecastingData"]["scale"] == data.scale
    data.setup()
    x, y, _ = data.windows("validation")
    with torch.no_grad():
        errors = (y - network(x)).numpy()
    expected = np.quantile(errors, [0.1, 0.9], axis=0)
    np.testing.assert_allclose(network.interval, expected, rtol=1e-4, atol=1e-5)

    own = write_sine(tmp_path / "own.csv", first=1000, count=WINDOW)
    good = own.read_text()
    own.write_text(good + "\n2024-02-12T16:00,warm\n")
    config = composed("forecast", f"checkpoint={run}", f"data.path={own}", f"output_dir={out}")
    with pytest.raises(ValueError, match=r"own.csv, line 26: degrees is 'warm', which is no numb"):
        forecast(config)
    assert not out.exists()

    own.write_text(good)
    command = [sys.executable, "scripts/forecast.py", f"checkpoint={run}"]
    command += [f"data.path={own}", f"output_dir={out}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2024-02-12 16:00:00" in done.stdout
    with (out / "forecast.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    data.path, data._series = str(own), None
    with torch.no_grad():
        O = data.unscaled(network(data.latest()[0]).double())[0]
    assert [float(line["forecast"]) for line in lines] == pytest.approx(O.tolist(), abs=0.01)
    assert (out / "forecast.png").exists()


def test_another_network_does_not_forecast(composed: Compose, tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text("ding dong bell " * 60)
    config = composed(
        "train",
        f"output_dir={tmp_path}",
        f"data.path={book}",
        "data.batch_size=2",
        "data.chunk_length=8",
        "network.hidden_size=4",
        "trainer.max_epochs=1",
        "trainer.log_every_n_steps=10",
        "~callbacks.progress",
        "~callbacks.samples",
        "+trainer.enable_progress_bar=false",
    )
    train(config)
    with pytest.raises(ValueError, match="holds a LanguageModel, which does not forecast"):
        forecast(composed("forecast", f"checkpoint={tmp_path}", f"output_dir={tmp_path / 'out'}"))


def test_the_cost_is_the_average_over_the_time_steps() -> None:
    O, y = np.random.default_rng(0).normal(size=(2, 5, 3))
    tensors = torch.from_numpy(O), torch.from_numpy(y)
    cost = ForecastError().cost(*tensors)
    figures = ForecastError().metrics(cost, *tensors)
    assert cost.item() == pytest.approx(((O - y) ** 2).mean(), rel=1e-12)
    assert figures["mae"].item() == pytest.approx(abs(O - y).mean(), rel=1e-12)


def test_coverage_and_ratio_by_horizon() -> None:
    y = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    by = {NETWORK: y + 0.5, PERSISTENCE: y - 1, SEASONAL: y + torch.tensor([2.0, 0.5])}
    interval = torch.tensor([[-1.0, -0.25], [0.0, 0.25]])
    forecasts = Forecasts(torch.zeros(2, 3), y, by, interval)
    torch.testing.assert_close(forecasts.ratio(), torch.tensor([0.25, 1.0]))
    assert forecasts.coverage().tolist() == [1, 0]


@pytest.mark.parametrize("share", [0, 1, 80])
def test_a_share_that_is_none(share: float) -> None:
    with pytest.raises(ValueError, match=f"training.share must lie between 0 and 1, got {share}"):
        ForecastingTraining(torch.nn.Linear(1, 1), None, share=share)
