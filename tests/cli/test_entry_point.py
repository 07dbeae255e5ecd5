"""The main function of a script."""

import io
import signal
import sys
import threading
from pathlib import Path

import pytest

from elman.cli.entry_point import (
    _conf,
    _in_thread,
    _interrupted,
    _message_alone,
    show_any_character,
)

ROOT = Path(__file__).parents[2]


def test_a_warning_has_no_path_of_a_library() -> None:
    text = _message_alone(UserWarning("low memory"), UserWarning, "/library/module.py", 3)
    assert text == "warning: low memory\n"


def test_a_script_may_be_a_folder(tmp_path: Path) -> None:
    code = compile("def main(config): ...", str(tmp_path / "scripts/look.py/__main__.py"), "exec")
    exec(code, folder := {})  # noqa: S102 - a function of that file
    assert _conf(folder["main"]) == str(tmp_path / "conf")
    code = compile("def main(config): ...", str(tmp_path / "scripts/look.py"), "exec")
    exec(code, file := {})  # noqa: S102 - a function of that file
    assert _conf(file["main"]) == str(tmp_path / "conf")


def test_what_a_terminal_cannot_show_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="cp1252"))
    show_any_character()
    print("a → 🙂é", flush=True)
    assert written.getvalue() == b"a ? ?\xe9\n"


def test_a_stream_that_shows_everything_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", stream := io.StringIO())  # as in a notebook
    show_any_character()
    print("a → 🙂")
    assert stream.getvalue() == "a → 🙂\n"


def test_no_script_hides_a_module_of_python() -> None:
    scripts = [path.stem for path in (ROOT / "scripts").glob("*.py") if path.is_file()]
    assert not set(scripts) & sys.stdlib_module_names


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_script_without_a_traceback(
    capsys: pytest.CaptureFixture[str], number: signal.Signals, code: int
) -> None:
    with pytest.raises(SystemExit, match=str(code)):
        _interrupted(number, None)
    assert capsys.readouterr().err == f"Stopped by {number.name}.\n"


@pytest.mark.parametrize(("error", "shown"), [(OSError, False), (RuntimeError, True)])
def test_an_error_of_the_disk_in_a_thread_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: type[Exception],
    shown: bool,
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(threading, "excepthook", _in_thread)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert ("Traceback" in capsys.readouterr().err) == shown
