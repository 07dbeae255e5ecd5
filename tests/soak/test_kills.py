"""Trainings that are killed at random moments, resumed, and compared with uninterrupted ones."""

import os
import random
import runpy
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from elman.training.checkpoints import file as checkpoint_file
from elman.training.checkpoints.last_checkpoint import LastCheckpoint
from elman.training.checkpoints.stored_overrides import not_harmless
from elman.training.runs.folder import LAST
from elman.training.supervised import SupervisedTraining

pytestmark = pytest.mark.soak

KILLS = 40
SCRIPT = Path(__file__).parents[2] / "scripts" / "train.py"
DDP = ["trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2"]
MOMENTS = ("start", "write", "validation", "any")


def die(*_: Any) -> None:
    """Ends this process and those that it has started, as `kill -9` does."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def at_call(number: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which at the call of this number ends the process instead."""
    calls = [0]

    def call(*arguments: Any, **named: Any) -> Any:
        calls[0] += 1
        return die() if calls[0] == number else function(*arguments, **named)

    return call


def set_trap(moment: str, chance: random.Random) -> None:
    """Lets this process end at a random moment of its training."""
    begin = LastCheckpoint.on_train_start
    if moment == "start":
        LastCheckpoint.on_train_batch_end = at_call(  # type: ignore[method-assign]
            chance.randint(1, 2), LastCheckpoint.on_train_batch_end
        )
    elif moment == "validation":
        validate = at_call(chance.randint(1, 4), SupervisedTraining.validation_step)

        def begin_and_count(callback: LastCheckpoint, *arguments: Any) -> None:
            begin(callback, *arguments)
            SupervisedTraining.validation_step = validate  # type: ignore[method-assign]

        LastCheckpoint.on_train_start = begin_and_count  # type: ignore[method-assign]
    elif moment == "write":  # the second call is the folder's, after the first checkpoint
        checkpoint_file.os.fsync = at_call(chance.randint(4, 30), os.fsync)  # type: ignore[assignment]
    else:
        seconds = chance.uniform(0, 1.5)

        def begin_and_wait(callback: LastCheckpoint, *arguments: Any) -> None:
            begin(callback, *arguments)
            threading.Timer(seconds, die).start()

        LastCheckpoint.on_train_start = begin_and_wait  # type: ignore[method-assign]


def test_kills(
    small_trainings: dict[str, list[str]],
    differences: Callable[[Path, Path], list[Any]],
    in_child: Callable[..., Any],
    run_script: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    book = next(each for each in small_trainings["text"] if each.startswith("data.path="))
    monkeypatch.syspath_prepend(str(Path(book.partition("=")[2]).parent))
    trainings = {**small_trainings, "ddp": [*small_trainings["dropout"], *DDP]}
    count = round(KILLS * float(os.environ.get("SOAK", "1")))
    chance = random.Random(0)  # noqa: S311 - not for security
    outcomes: Counter[str] = Counter()
    failures = []
    for n in range(count):
        kind = list(trainings)[n % len(trainings)]
        moment = MOMENTS[(n + n // len(trainings)) % len(MOMENTS)]
        whole, broken = tmp_path / kind, tmp_path / f"{n}"
        given = [*trainings[kind], "trainer.max_epochs=3", "checkpoint.every_minutes=0.001"]
        if not whole.exists():
            ended = run_script("train", *given, f"hydra.run.dir={whole}", seconds=120)
            assert ended.code == 0, (kind, ended.errors[-2000:])

        def killed(moment: str = moment, given: list[str] = given, run: Path = broken) -> None:
            set_trap(moment, chance)
            sys.argv = [str(SCRIPT), *given, f"hydra.run.dir={run}"]
            os.chdir(SCRIPT.parents[1])
            runpy.run_path(str(SCRIPT), run_name="__main__")

        chance.random()  # another moment than in the child before
        ended = in_child(killed, 120)
        outcomes["killed" if ended.code == -signal.SIGKILL else "ended before"] += 1
        if not (broken / LAST).with_name("previous.ckpt").exists() and not (broken / LAST).exists():
            failures.append((n, kind, moment, "no checkpoint", ended.errors[-300:]))
            continue
        ended = run_script("train", f"resume={broken}", *not_harmless(broken), seconds=120)
        if ended.code != 0:
            failures.append((n, kind, moment, ended.code, ended.errors[-1000:]))
        elif different := differences(broken, whole):
            failures.append((n, kind, moment, different))
    record_property(
        "figure",
        f"kill -9: {count - len(failures)} of {count} trainings resumed and ended with the same "
        f"bits ({outcomes['killed']} killed within the training, {outcomes['ended before']} after)",
    )
    assert not failures
