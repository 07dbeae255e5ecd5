"""When the checkpoint is written that a training is resumed from."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from lightning import Trainer
from omegaconf import DictConfig

from elman.training.checkpoints.file import is_whole
from elman.training.checkpoints.last_checkpoint import LastCheckpoint
from elman.training.runs.folder import LAST, PREVIOUS
from elman.training.train import train


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The step of each checkpoint that is written, and of the one that is kept beside it."""
    steps = []
    save = LastCheckpoint.save

    def record(callback: LastCheckpoint, trainer: Trainer) -> None:
        save(callback, trainer)
        assert is_whole(callback.run / LAST)
        steps.append(
            tuple(
                torch.load(path, weights_only=True)["global_step"] if path.exists() else -1
                for path in (callback.run / LAST, callback.run / PREVIOUS)
            )
        )

    monkeypatch.setattr(LastCheckpoint, "save", record)
    return steps  # type: ignore[return-value]


def test_at_the_start_at_each_validation_and_at_the_end(
    configured: Callable[..., DictConfig], saved: list[tuple[int, int]]
) -> None:
    train(configured("trainer.max_epochs=1", "trainer.val_check_interval=0.4"))
    steps = saved[-1][0]
    each = int(0.4 * steps)
    assert saved == [(0, -1), (each, 0), (2 * each, each), (steps, 2 * each)]


def test_every_few_minutes(
    configured: Callable[..., DictConfig],
    saved: list[tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter(range(0, 100_000, 7))
    clock = SimpleNamespace(monotonic=lambda: next(seconds))
    monkeypatch.setattr("elman.training.checkpoints.last_checkpoint.time", clock)
    train(
        configured(
            "trainer.max_epochs=1", "checkpoint.every_minutes=0.5", "trainer.val_check_interval=1.0"
        )
    )
    steps = [step for step, _ in saved]
    assert steps[:3] == [0, 5, 10]  # 7 s a step; a checkpoint reads the clock once more


def test_a_training_that_ends_in_the_middle_of_an_epoch(
    configured: Callable[..., DictConfig], saved: list[tuple[int, int]]
) -> None:
    train(configured("+trainer.max_steps=3", "trainer.val_check_interval=0.4"))
    assert saved[-1] == (3, 0)


def test_a_trial_run_leaves_no_checkpoint(
    configured: Callable[..., DictConfig], tmp_path: Path
) -> None:
    train(configured("+trainer.fast_dev_run=true"))
    assert not (tmp_path / "run" / LAST).exists()
    assert not (tmp_path / "run" / PREVIOUS).exists()


@pytest.mark.parametrize("minutes", [0, -1, "soon"])
def test_a_time_that_is_none_is_refused(minutes: Any) -> None:
    with pytest.raises(ValueError, match=r"checkpoint\.every_minutes must be a number greater"):
        LastCheckpoint("run", minutes)
