"""Memory, file descriptors and threads of long trainings, and of thousands of calls."""

import contextlib
import ctypes
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lightning import Callback
from omegaconf import DictConfig

from elman.tasks.language.generate import generate
from elman.training.evaluate import evaluate
from elman.training.train import train

pytestmark = pytest.mark.soak

STEPS = 10_000
WARM_UP = 0.2  # of the steps or calls; the allocator's caches fill then
SAMPLES = 40  # of the whole
MEMORY = 0.01  # the largest change of the resident memory


class Used(NamedTuple):
    """What the process holds.

    Attributes:
        resident: memory in KiB.
        descriptors: open files.
        threads: of the process.
    """

    resident: int
    descriptors: int
    threads: int


def used() -> Used:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    kibibytes = pages * os.sysconf("SC_PAGE_SIZE") // 1024
    return Used(kibibytes, len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")))


class Watch(Callback):
    """Prints what the process holds, in the course of the training."""

    def on_train_batch_end(self, trainer: Any, *_: Any) -> None:
        if trainer.global_step % (STEPS // SAMPLES) == 0:
            print("used", *used())


def check_flat(output: str) -> str:
    """Checks what the process held after the warm-up; the figures in words."""
    samples = [
        Used(*map(int, line.split()[1:]))
        for line in output.splitlines()
        if line.startswith("used ")
    ]
    assert len(samples) == SAMPLES
    first, *later = samples[int(WARM_UP * SAMPLES) :]
    change = max(abs(each.resident / first.resident - 1) for each in later)
    assert change < MEMORY
    # A logger may be writing a file at the moment; a leak raises the least number.
    half = len(later) // 2
    fewest, fewest_later = (
        Used(*map(min, zip(*part, strict=True))) for part in (later[:half], later[half:])
    )
    assert fewest[1:] == fewest_later[1:]
    return (
        f"resident {first.resident / 1024:.0f} MiB, changed by at most {change:.2%}; "
        f"{fewest.descriptors} descriptors, {fewest.threads} threads"
    )


KINDS: dict[str, list[str]] = {
    "text, engine compiled": [],
    "text, engine unrolled": ["rnn.engine=unrolled"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_training_on_text(
    kind: str,
    configured: Callable[..., DictConfig],
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    config = configured(*KINDS[kind], *long(), "trainer.val_check_interval=1.0")
    _train(kind, config, in_child, record_property)


@pytest.mark.parametrize("kind", ["rows", "names"])
def test_a_long_training_on_examples(
    kind: str,
    on_pictures: Callable[..., DictConfig],
    tmp_path: Path,
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    names = tmp_path / "names.csv"
    names.write_text("".join(f"{'ab'[n % 2]}{n:02}x,{'yn'[n % 2]}\n" for n in range(90)))
    overrides = {
        "rows": ["experiment=rows_recurrent", "network.hidden_size=16", "data.batch_size=4"],
        "names": [
            "experiment=names",
            f"data.path={names}",
            "network.hidden_size=16",
            "data.batch_size=4",
        ],
    }
    config = on_pictures(*overrides[kind], *long())
    _train(kind, config, in_child, record_property)


def long() -> list[str]:
    return [
        f"+trainer.max_steps={STEPS}",
        f"trainer.max_epochs={STEPS}",
        "trainer.log_every_n_steps=20",
        f"+callbacks.watch._target_={__name__}.Watch",
    ]


def _train(
    kind: str,
    config: DictConfig,
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    ended = in_child(lambda: train(config), seconds=600)
    assert ended.code == 0, ended.errors
    figures = check_flat(ended.output)
    record_property("figure", f"{STEPS:,} steps, {kind}: {figures}; {ended.seconds:.0f} s")


@pytest.mark.parametrize("script", ["generate", "evaluate"])
def test_thousands_of_calls(
    script: str,
    configured: Callable[..., DictConfig],
    composed: Callable[..., DictConfig],
    tmp_path: Path,
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    calls = {"generate": 2_000, "evaluate": 1_000}[script]
    checkpoint = f"checkpoint={tmp_path / 'run'}"
    functions = {"generate": generate, "evaluate": evaluate}
    arguments = {"generate": ["length=20"], "evaluate": ["+trainer.enable_progress_bar=false"]}
    config = composed(script, checkpoint, *arguments[script])

    def task() -> None:
        train(configured("trainer.max_epochs=1"))
        for call in range(1, calls + 1):
            with contextlib.redirect_stdout(io.StringIO()):
                functions[script](config)
            if call % (calls // SAMPLES) == 0:
                if sys.platform == "linux":  # free memory that the allocator keeps is no leak
                    ctypes.CDLL(None).malloc_trim(0)
                print("used", *used())

    ended = in_child(task, seconds=600)
    assert ended.code == 0, ended.errors
    record_property(
        "figure", f"{calls:,} calls of {script}: {check_flat(ended.output)}; {ended.seconds:.0f} s"
    )
