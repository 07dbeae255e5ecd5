import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from elman.training.runs.claim import claimed
from elman.training.runs.folder import LAST, OVERRIDES
from elman.training.train import train


def test_only_one_process_trains_in_a_folder(tmp_path: Path) -> None:
    ready, done = os.pipe(), os.pipe()
    if (child := os.fork()) == 0:
        with claimed(tmp_path / "run", None):
            os.write(ready[1], b"x")
            os.read(done[0], 1)  # until it is killed
        os._exit(1)
    os.read(ready[0], 1)
    for resume in (None, str(tmp_path / "run")):
        message = "another process is training in .*run; wait until it ends"
        with pytest.raises(BlockingIOError, match=message), claimed(tmp_path / "run", resume):
            pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with claimed(tmp_path / "run", None):  # at once
        pass


def test_a_process_that_another_one_has_started_does_not_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with claimed(tmp_path, None):
        monkeypatch.setenv("LOCAL_RANK", "0")
        with claimed(tmp_path, None):
            pass


@pytest.mark.parametrize("resume", [None, "elsewhere"])
def test_a_run_is_not_overwritten(tmp_path: Path, resume: str | None) -> None:
    (tmp_path / LAST).parent.mkdir()
    (tmp_path / LAST).write_bytes(b"a checkpoint")
    with (
        pytest.raises(
            FileExistsError, match=f"already holds a run; continue it with resume={tmp_path}"
        ),
        claimed(tmp_path, resume),
    ):
        pass
    for own in (tmp_path, tmp_path / LAST):
        with claimed(tmp_path, str(own)):
            pass


def test_a_second_training_in_the_same_folder_is_refused(
    configured: Callable[..., DictConfig], tmp_path: Path
) -> None:
    train(configured("trainer.max_epochs=1"), ["seed=0"])
    before = (tmp_path / "run" / LAST).read_bytes()
    with pytest.raises(FileExistsError, match="already holds a run"):
        train(configured("trainer.max_epochs=1", "seed=1"), ["seed=1"])
    assert (tmp_path / "run" / LAST).read_bytes() == before
    assert (tmp_path / "run" / OVERRIDES).read_text() == "- seed=0\n"
