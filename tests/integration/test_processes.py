"""Trainings in two processes, forked from this one so that they start at once."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import Trainer
from omegaconf import DictConfig
from torch import Tensor

from elman.tasks.language.samples import SampleText
from elman.training.runs.folder import LAST, RESULT
from elman.training.supervised import SupervisedTraining
from elman.training.train import train

Configure = Callable[..., DictConfig]
TWO = ("trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2")


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elman.training.processes.processes.START_METHOD", "fork")


def weights(run: Path) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(run / LAST, weights_only=True)["state_dict"]
    return state


def assert_same_weights(first: Path, second: Path) -> None:
    one, two = weights(first), weights(second)
    for name in one:
        torch.testing.assert_close(two[name], one[name], rtol=0, atol=1e-5)


LONG = ("trainer.max_epochs=50", "+trainer.max_steps=200", "trainer.val_check_interval=1.0")


def test_streams_are_learned_as_by_one_process(configured: Configure, tmp_path: Path) -> None:
    train(configured(*LONG, "data.batch_size=8", run="one"))
    train(configured(*LONG, "data.batch_size=4", *TWO, run="two"))
    assert_same_weights(tmp_path / "one", tmp_path / "two")


def test_pictures_are_learned_as_by_one_process(on_pictures: Configure, tmp_path: Path) -> None:
    # 79 pictures: the last batch has 9, which two processes take as 5 and 4.
    given = ("experiment=digits_feedforward", "data.validation=21", *LONG)
    train(on_pictures(*given, "data.batch_size=14", run="one"))
    train(on_pictures(*given, "data.batch_size=7", *TWO, run="two"))
    assert_same_weights(tmp_path / "one", tmp_path / "two")


@pytest.mark.filterwarnings("ignore:.*sync_dist=True.* when logging on epoch level")
def test_sentences_are_learned_as_by_one_process(composed: Configure, tmp_path: Path) -> None:
    random = torch.Generator().manual_seed(0)
    words = ["red", "green", "blue", "small", "big", "old", "new", "house", "tree", "runs"]
    lines = set()
    while len(lines) < 70:
        chosen = torch.randint(
            len(words), (int(torch.randint(3, 10, (), generator=random)),), generator=random
        )
        source = [words[index] for index in chosen]
        lines.add(" ".join(source) + "\t" + " ".join(word[::-1] for word in source))
    (tmp_path / "pairs.tsv").write_text("\n".join(sorted(lines)))
    given = [
        "experiment=translation",
        f"data.path={tmp_path / 'pairs.tsv'}",
        "data.validation=8",
        "data.test=8",
        "data.vocabulary_size=60",
        "network.dropout=0",
        "network.embedding_size=4",
        "network.hidden_size=8",
        "training.beam_width=1",
        "+trainer.limit_val_batches=1",
        "+trainer.max_steps=30",
        "~callbacks.progress",
        "+trainer.enable_progress_bar=false",
        "logger=none",
    ]
    for run, size, processes in (("one", 14, ()), ("two", 7, TWO)):
        (tmp_path / run).mkdir()
        more = [f"output_dir={tmp_path / run}", f"data.batch_size={size}", *processes]
        train(composed("train", *given, *more))
    assert_same_weights(tmp_path / "one", tmp_path / "two")


def on_rank(rank: int, step: int, act: Callable[[], None]) -> Callable[..., None]:
    def on_validation_end(_: Any, trainer: Trainer, __: Any) -> None:
        if trainer.global_rank == rank and trainer.global_step >= step:
            act()

    return on_validation_end


def fail() -> None:
    raise RuntimeError("the picture could not be drawn")


def test_an_error_in_the_first_process_alone_ends_all(
    configured: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SampleText, "on_validation_end", on_rank(0, 1, fail))
    with pytest.raises(RuntimeError, match="the picture could not be drawn"):
        train(configured(*TWO))


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_process_ends_the_run_and_any_number_resumes_it(
    configured: Configure,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    rank: int,
    processes: int,
) -> None:
    caplog.set_level("INFO")
    given = ("~scheduler", "trainer.max_epochs=2")
    train(configured(*given, "data.batch_size=8", run="one"))
    with monkeypatch.context() as patched:
        kill = on_rank(rank, 15, lambda: os.kill(os.getpid(), signal.SIGKILL))
        patched.setattr(
            SupervisedTraining,
            "on_train_batch_end",
            lambda self, *_: kill(None, self.trainer, None),
            raising=False,
        )
        start = time.monotonic()
        with pytest.raises(ChildProcessError, match=f"SIGKILL ended process {rank + 1} of 2"):
            train(configured(*given, *TWO, "data.batch_size=4", run="two"))
        assert time.monotonic() - start < 60
    now = TWO if processes == 2 else ()
    train(configured(*given, *now, "data.batch_size=4", f"resume={tmp_path / 'two'}", run="two"))
    assert (tmp_path / "two" / RESULT).exists()
    assert_same_weights(tmp_path / "one", tmp_path / "two")
    if processes == 1:
        assert "1 processes continue what 2 began" in caplog.text


def test_three_processes_cannot_share_a_batch_of_eight(
    configured: Configure, tmp_path: Path
) -> None:
    train(configured("trainer.max_epochs=1", "data.batch_size=8"))
    three = ("trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=3")
    with pytest.raises(ValueError, match="3 processes cannot share the batch of 8 examples evenly"):
        train(
            configured(
                "trainer.max_epochs=2", *three, "data.batch_size=8", f"resume={tmp_path / 'run'}"
            )
        )


def test_weights_that_are_divided_are_learned_as_by_one_process(
    configured: Configure, tmp_path: Path
) -> None:
    given = ("trainer.max_epochs=2", "network.hidden_size=32")
    train(configured(*given, "data.batch_size=8", run="one"))
    fsdp = ("trainer=fsdp", "trainer.accelerator=cpu", "trainer.devices=2")
    train(configured(*given, *fsdp, "data.batch_size=4", run="two"))
    assert_same_weights(tmp_path / "one", tmp_path / "two")
