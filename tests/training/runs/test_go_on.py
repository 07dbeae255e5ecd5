import errno
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from lightning.pytorch.callbacks import Timer
from omegaconf import DictConfig

from elman.cli.overrides import with_stored_overrides
from elman.training.runs.csv_log import CSVLog, rows
from elman.training.runs.folder import BEST, LAST, METRICS, OVERRIDES, RESULT
from elman.training.runs.go_on import command_to_go_on
from elman.training.runs.results import Result
from elman.training.train import train
from elman.training.truncated_bptt import TruncatedBPTT

Configure = Callable[..., DictConfig]


def steps(run: Path) -> int:
    return int(torch.load(run / LAST, weights_only=True)["global_step"])


def test_a_full_disk_ends_the_training_with_a_sentence_and_it_goes_on_later(
    configured: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    save = CSVLog.save

    def full(logger: CSVLog) -> None:
        if (run / LAST).exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        save(logger)

    with monkeypatch.context() as patch:
        patch.setattr(CSVLog, "save", full)
        message = f"No space left .* continue with: python scripts/train.py resume={run}"
        with pytest.raises(OSError, match=message):
            train(configured("trainer.max_epochs=1", "trainer.log_every_n_steps=1"))
    train(configured("trainer.max_epochs=1", "trainer.log_every_n_steps=1", f"resume={run}"))
    assert (run / RESULT).is_file()
    _, found = rows(run / METRICS)
    logged = [int(row["step"]) for row in found if row["train/bpc"]]
    assert logged == list(range(steps(run)))  # each step once


def test_an_error_before_the_first_checkpoint_stays_as_it_is(
    configured: Configure, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere") as error:
        train(configured(f"data.path={tmp_path / 'nowhere.txt'}"))
    assert "continue with" not in str(error.value)
    assert command_to_go_on(tmp_path / "run") is None


def test_the_command_gives_again_what_only_its_user_can_trust(tmp_path: Path) -> None:
    (tmp_path / LAST).parent.mkdir()
    (tmp_path / LAST).touch()
    overrides = ["seed=1", "~data", "+data={_target_:own.Data}"]
    (tmp_path / OVERRIDES).write_text(yaml.safe_dump(overrides), encoding="utf-8")
    _, told, *again = shlex.split(str(command_to_go_on(tmp_path)))[1:]
    assert again == ["+data={_target_:own.Data}"]
    assert with_stored_overrides([told, *again])[:3] == overrides


def test_a_report_that_fails_does_not_lose_the_result(
    configured: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no fonts")

    monkeypatch.setattr(TruncatedBPTT, "report", fail)
    with pytest.raises(RuntimeError, match="no fonts"):
        train(configured("trainer.max_epochs=1"))
    assert Result.read(tmp_path / "run").metrics["bpc"] > 0


def test_a_finished_run_is_tested_again_and_not_trained_less(
    configured: Configure, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    first = train(configured("trainer.max_epochs=3"))
    whole = steps(run)
    message = (
        r"trainer.max_epochs must be at least \d, the epochs that this run has been trained for"
    )
    with pytest.raises(ValueError, match=message):
        train(configured("trainer.max_epochs=1", f"resume={run}"))
    again = train(configured("trainer.max_epochs=3", f"resume={run}"))
    assert again.metrics == first.metrics
    assert steps(run) == whole
    assert Result.read(run).seconds > 0  # of the training, not of the test alone


@pytest.mark.parametrize(
    ("limit", "number"),
    [
        ("++trainer.max_time={seconds: 3}", 3),
        ("++trainer.max_steps=100", 100),
        ("++trainer.limit_train_batches=4", 4),
    ],
)
def test_a_limit_ends_the_training_with_a_checkpoint_and_a_test(
    configured: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    number: int,
) -> None:
    seconds = iter(range(10**6))
    monkeypatch.setattr(Timer, "time_elapsed", lambda *_: next(seconds))
    run = tmp_path / "run"
    assert train(configured("trainer.max_epochs=1", limit)).metrics["bpc"] > 0
    assert 0 < steps(run) <= number
    assert (run / BEST).is_file()
