"""Two processes that begin and end together. What they do is Python code as a text."""

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lightning import Trainer
from lightning.fabric.plugins.environments import LightningEnvironment

from elman.training.processes import in_processes, starts_processes


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Knows of two processes."""
    monkeypatch.setattr("elman.training.processes.START_METHOD", "fork")  # quick
    strategy = SimpleNamespace(cluster_environment=LightningEnvironment())
    return SimpleNamespace(strategy=strategy, num_devices=2, world_size=2)


def test_the_result_is_that_of_the_first_process(trainer: Any) -> None:
    code = "[__import__('os').environ[name] for name in ('LOCAL_RANK', 'WORLD_SIZE')]"
    assert in_processes(trainer, eval, code) == ["0", "2"]
    assert "LOCAL_RANK" not in os.environ


ONE_FAILS = """
import os, sys, time
if os.environ["LOCAL_RANK"] == "{rank}":
    {failure}
time.sleep(600)  # as in a sum over all processes
"""


@pytest.mark.parametrize(
    ("failure", "error", "message"),
    [
        ("raise ValueError('the picture')", ValueError, r"^the picture\n"),
        ("os.kill(os.getpid(), 9)", ChildProcessError, "^trainer: SIGKILL ended process 1 of 2, "),
        ("os._exit(7)", ChildProcessError, "^trainer: process 1 of 2 ended with exit code 7, "),
        ("sys.exit(143)", SystemExit, "^143$"),
    ],
)
def test_a_failure_in_one_process_ends_all(
    trainer: Any, monkeypatch: pytest.MonkeyPatch, failure: str, error: Any, message: str
) -> None:
    monkeypatch.setattr("elman.training.processes.GRACE", 0.1)
    with pytest.raises(error, match=message) as raised:
        in_processes(trainer, exec, ONE_FAILS.format(rank=0, failure=failure))
    if error is ValueError:
        assert "In process 0:\nTraceback" in raised.value.__notes__[0]
    assert multiprocessing.active_children() == []


def test_the_first_error_is_told(trainer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elman.training.processes.GRACE", 5)
    code = (
        "import os, time\n"
        "if os.environ['LOCAL_RANK'] == '1': raise ValueError('the cause')\n"
        "time.sleep(1); raise RuntimeError('connection closed by peer')"
    )
    with pytest.raises(ValueError, match=r"^the cause\n"):
        in_processes(trainer, exec, code)


def test_an_error_that_cannot_be_sent_becomes_one_that_can(trainer: Any) -> None:
    code = "class Own(Exception): pass\nraise Own('an odd one')"
    with pytest.raises(RuntimeError, match="Own: an odd one"):
        in_processes(trainer, exec, code)


def test_a_signal_goes_on_to_all(trainer: Any, tmp_path: Path) -> None:
    code = f"""
import os, signal, sys, time
def take(number, frame):
    open({str(tmp_path)!r} + "/taken" + os.environ["LOCAL_RANK"], "w").close()
    sys.exit(128 + number)
signal.signal(signal.SIGTERM, take)
open({str(tmp_path)!r} + "/ready" + os.environ["LOCAL_RANK"], "w").close()
time.sleep(600)
"""

    def stop() -> None:
        while len(list(tmp_path.glob("ready*"))) < 2:
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop).start()
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match=r"^143$"):
        in_processes(trainer, exec, code)
    assert len(list(tmp_path.glob("taken*"))) == 2
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_that_the_program_was_told_to_ignore_ends_none(trainer: Any) -> None:
    """As `nohup` does; the parent of both gets SIGHUP too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        code = "[os := __import__('os'), os.kill(os.getppid(), 1), os.kill(os.getpid(), 1), 5][-1]"
        assert in_processes(trainer, eval, code) == 5
    finally:
        signal.signal(signal.SIGHUP, before)


def test_no_processes_where_others_have_started_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {"accelerator": "cpu", "logger": False, "enable_checkpointing": False}
    assert not starts_processes(Trainer(devices=1, **one))
    assert starts_processes(Trainer(devices=2, strategy="ddp", **one))
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert not starts_processes(Trainer(devices=2, strategy="ddp", **one))
