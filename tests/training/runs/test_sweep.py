from pathlib import Path

import pytest
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from elman.training.runs.folder import FAILURE, OVERRIDES
from elman.training.runs.results import Result
from elman.training.runs.sweep import ReportSweep, report


def test_a_sweep_ends_with_a_table_and_plots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n, (name, value) in enumerate([("accuracy", 0.5), ("mse", 0.01), ("mse", 0.03)]):
        run = tmp_path / str(n)
        run.mkdir()
        OmegaConf.save([f"objective={name}", f"seed={n}"], run / OVERRIDES)
        Result(name, f"{{{name}:.2f}}", name, "", {name: value}, 5, 1.0).write(run)
    ReportSweep().on_multirun_end(config(tmp_path))
    printed = capsys.readouterr().out
    assert "| `objective=mse` | 0.02 (0.01 to 0.03) |  | 2 | 5 | 1 s |" in printed
    for plot in ("accuracy.png", "mse.png"):
        assert (tmp_path / plot).exists()
        assert str(tmp_path / plot) in printed


def test_the_folder_of_a_report_may_be_new(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    OmegaConf.save([], run / OVERRIDES)
    Result("mse", "{mse:.2f}", "mse", "", {"mse": 0.5}, 5, 1.0).write(run)
    report([run], tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder" / "mse.png").exists()


def test_a_sweep_without_a_finished_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ReportSweep().on_multirun_end(config(tmp_path))
    assert (
        "No table of the sweep: runs must be folders of finished trainings"
        in capsys.readouterr().out
    )


def test_a_failed_training_is_named_and_gives_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(3):
        folder = tmp_path / str(n) / ".hydra"
        folder.mkdir(parents=True)
        OmegaConf.save(["optimizer.lr=-1", f"seed={n}"], folder / "overrides.yaml")
    finished, failed, resumed = (tmp_path / str(n) for n in range(3))
    for run in (finished, resumed):
        OmegaConf.save(["seed=0"], run / OVERRIDES)
        Result("mse", "{mse:.2f}", "mse", "", {"mse": 0.5}, 5, 1.0).write(run)
    for run in (failed, resumed):
        (run / FAILURE).write_text("the rate is negative\n")
    with pytest.raises(SystemExit, match=r"^1$"):
        ReportSweep().on_multirun_end(config(tmp_path))
    printed = capsys.readouterr()
    assert "| `optimizer.lr=-1 seed=1` | failed: the rate is negative |" in printed.out
    assert printed.out.count("failed: ") == 1
    assert printed.err == "error: 1 of 3 trainings failed\n"


def test_all_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "0" / ".hydra").mkdir(parents=True)
    OmegaConf.save(["seed=0"], tmp_path / "0" / ".hydra" / "overrides.yaml")
    (tmp_path / "0" / FAILURE).write_text("no\n")
    with pytest.raises(SystemExit, match=r"^1$"):
        ReportSweep().on_multirun_end(config(tmp_path))
    printed = capsys.readouterr()
    assert "| `seed=0` | failed: no |" in printed.out
    assert printed.err == "error: 1 of 1 trainings failed\n"


@pytest.mark.parametrize(("mode", "goes_on"), [("MULTIRUN", True), ("RUN", False)])
def test_a_sweep_goes_on_after_an_error(tmp_path: Path, mode: str, goes_on: bool) -> None:
    job = JobReturn(status=JobStatus.FAILED)
    job.return_value = ValueError("the rate is negative")
    ReportSweep().on_job_end(config(tmp_path, mode), job)
    if goes_on:
        assert job.return_value is None
    else:
        with pytest.raises(ValueError, match="the rate is negative"):
            _ = job.return_value


def config(folder: Path, mode: str = "MULTIRUN") -> DictConfig:
    return OmegaConf.create({"hydra": {"sweep": {"dir": str(folder)}, "mode": RunMode[mode]}})
