"""Trainings on a series, their reports, and forecasts from their checkpoints."""

import runpy
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.tasks.forecasting import forecast as module
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.forecasting.errors import NETWORK, PERSISTENCE, SEASONAL_NAIVE, Forecasts
from elman.tasks.forecasting.forecast import Forecast, forecast
from elman.tasks.forecasting.objective import ForecastError
from elman.tasks.forecasting.training import ForecastingTraining
from elman.training.checkpoints.checkpoint import restore
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.results import Result, RunGroup
from elman.training.train import train

ROOT = Path(__file__).parents[3]
N, SEASON, WINDOW, HORIZON = 400, 8, 24, 12


def composed(name: str, *overrides: str) -> DictConfig:
    """Composes `conf/NAME.yaml` with overrides, in fixtures of any scope."""
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        return compose(name, overrides=list(overrides))


def write_sine(path: Path, first: int = 0, count: int = N) -> Path:
    """A sine of period 23 hours, which neither persistence nor a season of 8 hours predicts."""
    times = np.datetime64("2024-01-01T00:00") + np.arange(first, first + count) * np.timedelta64(
        1, "h"
    )
    noise = np.random.default_rng(first).normal(0, 0.01, count)
    values = 20 + 5 * np.sin(2 * np.pi * np.arange(first, first + count) / 23) + noise
    lines = [f"{time},{value:.4f}" for time, value in zip(times, values, strict=True)]
    path.write_text("\n".join(["hour,degrees", *lines]))
    return path


def configure(folder: Path, *overrides: str) -> DictConfig:
    """A short training on a wave, in the folder `run` of `folder`."""
    (folder / "run").mkdir()
    path = write_sine(folder / "sine.csv")
    return composed(
        "train",
        "experiment=forecast",
        f"output_dir={folder / 'run'}",
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


class Trained(NamedTuple):
    """A trained run: its folder and its test error."""

    run: Path
    mse: float


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("forecasting")
    mse = train(configure(folder)).score
    return Trained(folder / "run", mse)


def test_a_sine_is_learned_and_the_test_is_reported(
    trained: Trained, capsys: pytest.CaptureFixture[str]
) -> None:
    run, mse = trained
    assert "that of the better baseline" in RunGroup("", [Result.read(run)]).baselines()
    for name in ("errors_by_horizon.png", "forecasts.png", "curves.png"):
        assert (run / name).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    again = evaluate(
        read_values(
            Evaluate,
            composed("evaluate", f"checkpoint={run}", "+trainer.enable_progress_bar=false"),
        )
    )
    assert again == pytest.approx(mse, rel=1e-6)
    assert f"Test: mean squared error {mse:.4g} on the last 15 % of" in capsys.readouterr().out


def test_the_table_has_the_errors_of_the_network_and_the_baselines(trained: Trained) -> None:
    table = pd.read_csv(trained.run / "errors_by_horizon.csv", index_col="horizon")
    assert table.index.tolist() == list(range(1, HORIZON + 1))
    assert (table["relative MSE"] < 0.2).all()
    series = pd.read_csv(trained.run.parent / "sine.csv")["degrees"].to_numpy()
    starts = np.arange(N - 60, N - HORIZON + 1)
    for k, errors in table.iterrows():
        y = series[starts + k - 1]
        last = series[starts - 1]
        naive = series[starts + k - 1 - SEASON * -(-k // SEASON)]
        for method, O in ((PERSISTENCE, last), (SEASONAL_NAIVE, naive)):
            assert errors[f"MSE {method}"] == pytest.approx(((O - y) ** 2).mean(), rel=1e-3)
            assert errors[f"MAE {method}"] == pytest.approx(abs(O - y).mean(), rel=1e-3)
    assert table[f"MSE {NETWORK}"].mean() == pytest.approx(trained.mse, rel=1e-3)


def test_forecasts_after_the_end_of_the_series(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = read_values(
        Forecast,
        composed(
            "forecast",
            f"checkpoint={trained.run}",
            f"output_dir={tmp_path}",
            "test=true",
            "+trainer.enable_progress_bar=false",
        ),
    )
    forecast(config)
    printed = capsys.readouterr().out
    assert "degrees after the end of" in printed
    table = pd.read_csv(tmp_path / "forecast.csv", dtype=str)
    truth = 20 + 5 * np.sin(2 * np.pi * np.arange(N, N + HORIZON) / 23)
    assert table["hour"].tolist()[:2] == ["2024-01-17 16:00:00", "2024-01-17 17:00:00"]
    np.testing.assert_allclose(table["forecast"].astype(float), truth, rtol=0, atol=1)
    assert (table["low"].astype(float) < table["high"].astype(float)).all()
    assert all(value in printed for value in table["forecast"])
    names = {"errors_by_horizon.csv", "errors_by_horizon.png", "forecasts.png"}
    assert {path.name for path in tmp_path.iterdir()} == names | {"forecast.csv", "forecast.png"}
    errors = "errors_by_horizon.csv"
    assert (tmp_path / errors).read_text() == (trained.run / errors).read_text()
    before = (tmp_path / "forecast.csv").read_bytes()
    with pytest.raises(FileExistsError, match=r"output_dir: .*forecast.csv exists already"):
        forecast(config)
    assert (tmp_path / "forecast.csv").read_bytes() == before


def test_the_script_forecasts_another_file_with_the_built_in_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = tmp_path / "run", tmp_path / "out"
    train(configure(tmp_path, "trainer.max_epochs=1", "rnn=torch"))
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
    valid = own.read_text()
    own.write_text(valid + "\n2024-02-12T16:00,warm\n")
    config = read_values(
        Forecast, composed("forecast", f"checkpoint={run}", f"data.path={own}", f"output_dir={out}")
    )
    with pytest.raises(ValueError, match=r"own.csv, line 26: degrees is 'warm', which is not a fi"):
        forecast(config)
    assert not out.exists()

    own.write_text(valid)
    arguments = ["scripts/forecast.py", f"checkpoint={run}", f"data.path={own}"]
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", [*arguments, f"output_dir={out}"])
    capsys.readouterr()
    runpy.run_path("scripts/forecast.py", run_name="__main__")
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "2024-02-12 16:00:00" in printed.out
    table = pd.read_csv(out / "forecast.csv")
    data.path, data._series = str(own), None
    with torch.no_grad():
        O = data.unscale(network(data.latest()[0]).double())[0]
    np.testing.assert_allclose(table["forecast"], O, rtol=0, atol=0.01)
    assert (out / "forecast.png").exists()


def test_another_network_cannot_forecast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "restore", lambda *_: (torch.nn.Linear(1, 1), None, {}))
    with pytest.raises(ValueError, match="contains a Linear, which cannot forecast"):
        forecast(
            read_values(
                Forecast, composed("forecast", "checkpoint=run", f"output_dir={tmp_path / 'out'}")
            )
        )


def test_the_cost_is_the_mean_squared_error_over_the_horizons() -> None:
    O, y = np.random.default_rng(0).normal(size=(2, 5, 3))
    tensors = torch.from_numpy(O), torch.from_numpy(y)
    cost = ForecastError().cost(*tensors)
    figures = ForecastError().metrics(cost, *tensors)
    assert cost.item() == pytest.approx(((O - y) ** 2).mean(), rel=1e-12)
    assert figures["mae"].item() == pytest.approx(abs(O - y).mean(), rel=1e-12)


def test_coverage_and_relative_mse_by_horizon() -> None:
    y = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    predicted = {NETWORK: y + 0.5, PERSISTENCE: y - 1, SEASONAL_NAIVE: y + torch.tensor([2.0, 0.5])}
    interval = torch.tensor([[-1.0, -0.25], [0.0, 0.25]])
    forecasts = Forecasts(torch.zeros(2, 3), y, predicted, interval)
    torch.testing.assert_close(forecasts.relative_mse(), torch.tensor([0.25, 1.0]))
    assert forecasts.coverage().tolist() == [1, 0]


@pytest.mark.parametrize("coverage", [0, 1, 80])
def test_an_impossible_coverage_is_refused(coverage: float) -> None:
    message = f"training.coverage must lie between 0 and 1, got {coverage}"
    with pytest.raises(ValueError, match=message):
        ForecastingTraining(torch.nn.Linear(1, 1), None, coverage=coverage)
