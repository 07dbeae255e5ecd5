"""What the breakers share. `make soak` runs them; each takes minutes and prints what it found."""

import contextlib
import gc
import gzip
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

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile

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
        gc.freeze()  # the child's collections pass over what it shares, or would copy all of it
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


@pytest.fixture(scope="session")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small file or folder of each kind that `data.path` takes; read only."""
    folder, random = tmp_path_factory.mktemp("own"), np.random.default_rng(0)
    bottles = [f"{n} green bottles hanging on the wall,\n" for n in range(99, 0, -1)]
    letters = ["".join(random.choice(list("abcdefgh"), 1 + n % 5)) for n in range(90)]
    names = [f"{word}{n:03}{'ab'[n % 2]},class {n % 2}\n" for n, word in enumerate(letters)]
    hours = np.datetime64("2024-01-01T00:00") + np.arange(400) * np.timedelta64(1, "h")
    wave = 20 + 5 * np.sin(np.arange(400) / 4) + random.normal(0, 0.01, 400)
    rows = [f"{hour},{value:.3f}\n" for hour, value in zip(hours, wave, strict=True)]
    colours = {"red": "rote", "green": "grüne", "blue": "blaue", "old": "alte", "new": "neue"}
    things = {"pump": "Pumpe", "lamp": "Lampe", "door": "Tür", "clock": "Uhr"}
    pairs = [
        (f"the {colour} {thing}", f"die {farbe} {ding}")
        for colour, farbe in colours.items()
        for thing, ding in things.items()
    ]
    slopes = [np.arange(3 + n % 5) * (-1) ** n + random.normal() for n in range(40)]
    series = [f"{','.join(map(str, each))}:class{n % 2}\n" for n, each in enumerate(slopes)]
    entries = [f'#: a.py:1\nmsgid "{x}"\nmsgstr "{y}"\n\n' for x, y in pairs]
    pictures = random.integers(0, 60, (100, 28, 28))
    for n, picture in enumerate(pictures):
        picture[2 * (n % 10) : 2 * (n % 10) + 3] += 180
    digits = [",".join(map(str, [*each.flat, n % 10])) + "\n" for n, each in enumerate(pictures)]
    for name, lines in {
        "book.txt": bottles,
        "names.csv": names,
        "series.csv": ["hour,degrees\n", *rows],
        "pairs.tsv": [f"{x}\t{y}\n" for x, y in pairs],
        "catalogue.po": [
            'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8"\n\n',
            *entries,
        ],
        "series.ts": ["@timeStamps false\n@classLabel true class0 class1\n@data\n", *series],
        "digits.csv": digits,
    }.items():
        (folder / name).write_text("".join(lines), encoding="utf-8")
    (folder / "digits.csv.gz").write_bytes(gzip.compress("".join(digits).encode(), mtime=0))
    _write_captions(folder / "captions")
    _write_speech(folder / "speech", random)
    _write_music(folder / "music")
    return folder


def _write_captions(folder: Path) -> None:
    folder.mkdir()
    lines, shapes = [], {"square": (7, 7), "bar": (7, 1), "column": (1, 7), "dot": (2, 2)}
    for colour in ("red", "green", "blue", "orange", "purple", "gray"):
        for shape, size in shapes.items():
            for n in range(4):
                image = Image.new("RGB", (16, 16), "white")
                image.paste(colour, (3 + n, 4, 3 + n + size[0], 4 + size[1]))
                image.save(folder / f"{colour}-{shape}-{n}.png")
                lines.append(f"{colour}-{shape}-{n}.png\t{colour} {shape}\n")
    (folder / "captions.tsv").write_text("".join(lines), encoding="utf-8")


def _write_speech(folder: Path, random: np.random.Generator) -> None:
    folder.mkdir()
    lines = []
    for n in range(40):
        words = [("la", 500), ("so", 1100), ("mi", 2500)][n % 3 :]
        sounds = [np.sin(2 * np.pi * hertz * np.arange(2400) / 16_000) for _, hertz in words]
        sound = 8000 * np.concatenate(sounds) + random.normal(0, 9, 2400 * len(words))
        wavfile.write(folder / f"{n}.wav", 16_000, sound.astype(np.int16))
        lines.append(f"{n}.wav\t{' '.join(word for word, _ in words)}\tspeaker {n % 10}\n")
    (folder / "transcripts.tsv").write_text("".join(lines), encoding="utf-8")


def _write_music(folder: Path) -> None:
    folder.mkdir()
    for top in range(1, 11):
        degrees = [t if t <= top else 2 * top - t for t in range(14)]
        notes = "".join(
            f"<note><pitch><step>{'CDEFGAB'[k % 7]}</step><octave>{4 + k // 7}</octave></pitch>"
            "<duration>1</duration></note>"
            for k in degrees
        )
        text = f"<score-partwise><part><measure>{notes}</measure></part></score-partwise>"
        (folder / f"{top:02}.musicxml").write_text(text, encoding="utf-8")


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
