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

from elman.training.processes.processes import in_processes, starts_processes
from elman.training.processes.signals import SAME, EndSignals


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Knows of two processes."""
    monkeypatch.setattr("elman.training.processes.processes.START_METHOD", "fork")  # quick
    strategy = SimpleNamespace(cluster_environment=LightningEnvironment())
    return SimpleNamespace(strategy=strategy, num_devices=2, world_size=2)


@pytest.fixture
def signals() -> EndSignals:
    return EndSignals(lambda: None)


def test_the_result_is_that_of_the_first_process(trainer: Any, signals: EndSignals) -> None:
    code = "[__import__('os').environ[name] for name in ('LOCAL_RANK', 'WORLD_SIZE')]"
    assert in_processes(trainer, signals, eval, code) == ["0", "2"]
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
    trainer: Any,
    signals: EndSignals,
    monkeypatch: pytest.MonkeyPatch,
    failure: str,
    error: Any,
    message: str,
) -> None:
    monkeypatch.setattr("elman.training.processes.processes.GRACE", 0.1)
    with pytest.raises(error, match=message) as raised:
        in_processes(trainer, signals, exec, ONE_FAILS.format(rank=0, failure=failure))
    if error is ValueError:
        assert "In process 0:\nTraceback" in raised.value.__notes__[0]
    assert multiprocessing.active_children() == []


def test_the_first_error_is_told(
    trainer: Any, signals: EndSignals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elman.training.processes.processes.GRACE", 5)
    code = (
        "import os, time\n"
        "if os.environ['LOCAL_RANK'] == '1': raise ValueError('the cause')\n"
        "time.sleep(1); raise RuntimeError('connection closed by peer')"
    )
    with pytest.raises(ValueError, match=r"^the cause\n"):
        in_processes(trainer, signals, exec, code, {})


def test_an_error_that_cannot_be_sent_becomes_one_that_can(
    trainer: Any, signals: EndSignals
) -> None:
    code = "class Own(Exception): pass\nraise Own('an odd one')"
    with pytest.raises(RuntimeError, match="Own: an odd one"):
        in_processes(trainer, signals, exec, code, {})


# Each process says that it is ready only after it has been sent a signal that it must not miss.
TAKES_SIGNALS = """
import os, sys, time
from pathlib import Path
from elman.training.processes.signals import EndSignals
rank, folder = os.environ["LOCAL_RANK"], Path({folder!r})
(folder / f"begun{{rank}}").write_text(str(os.getpid()))
while not (folder / "sent").exists():
    time.sleep(0.01)
def first():
    (folder / f"taken{{rank}}").touch()
    {answer}
with EndSignals(first).taken():
    time.sleep(600)
"""


def sent(folder: Path, number: int, later: float = 0) -> threading.Thread:
    """Sends a signal to this process when the others have begun, and again some seconds later."""

    def wait() -> None:
        while len(list(folder.glob("begun*"))) < 2:
            time.sleep(0.01)
        os.kill(os.getpid(), number)
        (folder / "sent").touch()
        if later:
            time.sleep(later)
            os.kill(os.getpid(), number)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def is_running(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_a_signal_goes_on_to_all_also_while_they_begin(
    trainer: Any, signals: EndSignals, tmp_path: Path
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    code = TAKES_SIGNALS.format(folder=str(tmp_path), answer="sys.exit(128 + 15)")
    sender = sent(tmp_path, signal.SIGTERM)
    with pytest.raises(SystemExit, match=r"^143$"), signals.taken():
        in_processes(trainer, signals, exec, code, {})
    sender.join()
    assert len(list(tmp_path.glob("taken*"))) == 2
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_signal_ends_all_at_once(trainer: Any, tmp_path: Path) -> None:
    code = TAKES_SIGNALS.format(folder=str(tmp_path), answer="time.sleep(600)")
    if (child := os.fork()) == 0:
        sent(tmp_path, signal.SIGHUP, later=SAME + 0.1)
        with (signals := EndSignals(lambda: None)).taken():
            in_processes(trainer, signals, exec, code, {})
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 128 + signal.SIGHUP
    limit = time.monotonic() + 30
    for path in tmp_path.glob("begun*"):
        while is_running(int(path.read_text())):
            assert time.monotonic() < limit
            time.sleep(0.05)


def test_a_signal_that_is_ignored_ends_nothing(
    trainer: Any, signals: EndSignals, tmp_path: Path
) -> None:
    """As with `nohup`."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        sender = sent(tmp_path, signal.SIGHUP)
        code = TAKES_SIGNALS.format(folder=str(tmp_path), answer="").replace("600", "0.2")
        with signals.taken():
            in_processes(trainer, signals, exec, code, {})
        sender.join()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_that_ends_a_process_before_it_answers_is_told(
    trainer: Any, signals: EndSignals
) -> None:
    """The caller then says how to go on."""
    code = ONE_FAILS.format(rank=1, failure="sys.exit(143)").replace("600", "0")
    with pytest.raises(ChildProcessError, match="SIGTERM ended process 2 of 2"):
        in_processes(trainer, signals, exec, code, {})
    assert signals.received == signal.SIGTERM


def test_no_processes_where_others_have_started_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one = {"accelerator": "cpu", "logger": False, "enable_checkpointing": False}
    assert not starts_processes(Trainer(devices=1, **one))
    assert starts_processes(Trainer(devices=2, strategy="ddp", **one))
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert not starts_processes(Trainer(devices=2, strategy="ddp", **one))
