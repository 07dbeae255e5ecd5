import itertools
from collections.abc import Callable
from pathlib import Path

import pytest


def _note(step: str, octave: int, duration: int, extra: str = "", alter: int = 0) -> str:
    pitch = f"<step>{step}</step><alter>{alter}</alter><octave>{octave}</octave>"
    return f"<note>{extra}<pitch>{pitch}</pitch><duration>{duration}</duration></note>"


def _musicxml(*parts: str) -> str:
    body = "".join(f"<part>{measures}</part>" for measures in parts)
    return f"<score-partwise>{body}</score-partwise>"


@pytest.fixture
def note() -> Callable[..., str]:
    """Makes the element of a note from its step, octave and duration."""
    return _note


@pytest.fixture
def musicxml() -> Callable[..., str]:
    """Makes a file of parts, each a text of measures."""
    return _musicxml


@pytest.fixture
def pieces(tmp_path: Path) -> Path:
    """Twenty pieces of fourteen quarter notes that rise and then fall, each with its own tune."""
    folder = tmp_path / "pieces"
    folder.mkdir()
    for top, step in itertools.product(range(1, 11), (1, 2)):
        degrees = [step * (t if t <= top else 2 * top - t) for t in range(14)]
        notes = "".join(_note("CDEFGAB"[k % 7], 4 + k // 7, 1) for k in degrees)
        text = _musicxml(f"<measure>{notes}</measure>")
        (folder / f"{top:02}-{step}.musicxml").write_text(text, encoding="utf-8")
    return folder
