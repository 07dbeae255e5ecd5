"""What the breakers share. `make soak` runs them; each takes minutes and prints what it found."""

import contextlib
import os
import resource
import runpy
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

# A fork of this process starts a script without waiting for these imports.
import elman.training.train  # noqa: F401

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    """How a child process ended.

    Attributes:
        code: the exit code; minus the signal that ended it; None: it took too long.
        output: what it wrote to standard output.
        errors: what it wrote to standard error.
        seconds: how long it took.
    """

    code: int | None
    output: str
    errors: str
    seconds: float


@pytest.fixture
def in_child(tmp_path: Path) -> Callable[..., Ended]:
    """Calls a function in a process of its own, with limits of time (s) and memory (bytes)."""

    def call(task: Callable[[], object], seconds: float, memory: int | None = None) -> Ended:
        output, errors = tmp_path / "output.txt", tmp_path / "errors.txt"
        start = time.monotonic()
        if (child := os.fork()) == 0:
            _become(task, output, errors, memory)
        code = _wait(child, start + seconds)
        return Ended(code, _read(output), _read(errors), time.monotonic() - start)

    return call


@pytest.fixture
def run_script(in_child: Callable[..., Ended]) -> Callable[..., Ended]:
    """Runs `scripts/NAME.py` with arguments, as a person would."""

    def run(name: str, *arguments: str, seconds: float = 15, memory: int | None = None) -> Ended:
        script = ROOT / "scripts" / f"{name}.py"

        def task() -> None:
            sys.argv = [str(script), *arguments]
            os.chdir(ROOT)
            runpy.run_path(str(script), run_name="__main__")

        return in_child(task, seconds, memory)

    return run


def _become(task: Callable[[], object], output: Path, errors: Path, memory: int | None) -> None:
    """Runs the task in the child, which ends here."""
    code = 1
    try:
        os.setsid()  # so that processes that it starts end with it
        warnings.resetwarnings()  # those that are errors in tests
        warnings.simplefilter("ignore", DeprecationWarning)  # as Python itself does
        for path, descriptor in ((output, 1), (errors, 2)):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        sys.stdout, sys.stderr = (open(fd, "w", closefd=False) for fd in (1, 2))  # noqa: SIM115
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        task()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _wait(child: int, end: float) -> int | None:
    """The exit code; a child that is not done by then is ended, with all that it started."""
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the figures that the tests have recorded with `record_property("figure", …)`."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    figures = [
        value for report in reports for name, value in report.user_properties if name == "figure"
    ]
    if figures:
        terminalreporter.section("figures")
        for value in figures:
            terminalreporter.line(str(value))
