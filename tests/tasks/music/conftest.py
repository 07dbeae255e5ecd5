from collections.abc import Callable
from pathlib import Path

import numpy as np
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
    """A folder of twenty pieces, each with its own tune of ten quarter notes."""
    random = np.random.default_rng(0)
    folder = tmp_path / "pieces"
    folder.mkdir()
    for n in range(20):
        notes = "".join(_note("CDEFGAB"[k], 4, 1) for k in random.integers(0, 7, 10))
        text = _musicxml(f"<measure>{notes}</measure>")
        (folder / f"{n:02}.musicxml").write_text(text, encoding="utf-8")
    return folder
