"""A text of 1 GB: how soon the training starts, and how much memory it takes."""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lightning import Callback
from omegaconf import DictConfig

from elman.training.train import train

pytestmark = pytest.mark.soak

SIZE = 10**9  # bytes
GIBIBYTE = 2**20  # KiB
STARTS_WITHIN = 60  # seconds of the processor


class FirstStep(Callback):
    """Prints the seconds before the first step: by the clock, and of the processor."""

    def __init__(self) -> None:
        self.began = time.monotonic(), time.process_time()

    def on_train_batch_start(self, trainer: Any, *_: Any) -> None:
        if trainer.global_step == 0:
            clock, processor = self.began
            print("first step", time.monotonic() - clock, time.process_time() - processor)


def test_a_training_on_a_large_text(
    configured: Callable[..., DictConfig],
    tmp_path: Path,
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
) -> None:
    verses = "".join(f"{n} bouteilles – « vertes », été ’{n % 90}\r\n" for n in range(20_000))
    path, block = tmp_path / "large.txt", verses.encode()
    with path.open("wb") as file:
        for _ in range(-(-SIZE // len(block))):
            file.write(block)
    config = configured(
        f"data.path={path}",
        f"data.directory={tmp_path / 'data'}",
        "data.batch_size=64",
        "data.chunk_length=50",
        "trainer.val_check_interval=100",
        "+trainer.max_steps=200",
        "+trainer.limit_val_batches=20",
        "+trainer.limit_test_batches=20",
        f"+callbacks.first._target_={__name__}.FirstStep",
    )

    def task() -> None:
        before = _peak()
        train(config)
        print("memory", _peak() - before)

    ended = in_child(task, seconds=600)
    path.unlink()

    assert ended.code == 0, ended.errors
    printed = [line.split() for line in ended.output.splitlines()]
    [(clock, processor)] = [map(float, words[2:]) for words in printed if words[:1] == ["first"]]
    [memory] = [int(words[1]) for words in printed if words[:1] == ["memory"]]
    assert memory < GIBIBYTE
    assert processor < STARTS_WITHIN
    assert not list((tmp_path / "data").iterdir())
    record_property(
        "figure",
        f"text of {SIZE / 1e9:g} GB: first step after {clock:.0f} s ({processor:.0f} s of the "
        f"processor), {memory / 1024:.0f} MiB more than before",
    )


def _peak() -> int:
    """The greatest resident memory of this process so far, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
