from pathlib import Path

import pytest
from omegaconf import OmegaConf

from elman.training.results import Result
from elman.training.run_folder import OVERRIDES
from elman.training.sweep import ReportSweep


def test_a_sweep_ends_with_a_table_and_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n, (name, value) in enumerate([("accuracy", 0.5), ("mse", 0.01), ("mse", 0.03)]):
        run = tmp_path / str(n)
        run.mkdir()
        OmegaConf.save([f"objective={name}", f"seed={n}"], run / OVERRIDES)
        Result(name, f"{{{name}:.2f}}", name, "", {name: value}, 5, 1.0).write(run)
    ReportSweep().on_multirun_end(OmegaConf.create({"hydra": {"sweep": {"dir": str(tmp_path)}}}))
    printed = capsys.readouterr().out
    assert "| `objective=mse` | 0.02 (0.01 to 0.03) |  | 2 | 5 | 1 s |" in printed
    for plot in ("accuracy.png", "mse.png"):
        assert (tmp_path / plot).exists()
        assert str(tmp_path / plot) in printed


def test_a_sweep_without_a_finished_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ReportSweep().on_multirun_end(OmegaConf.create({"hydra": {"sweep": {"dir": str(tmp_path)}}}))
    assert "No table of the sweep: runs: no finished training" in capsys.readouterr().out
