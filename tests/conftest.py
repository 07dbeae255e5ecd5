"""Fixtures and settings that all tests share."""

import os
from pathlib import Path

import hypothesis
import pytest
import torch

# Examples are drawn anew at a developer's desk, and are always the same in CI.
hypothesis.settings.register_profile("desk", deadline=None, max_examples=30)
hypothesis.settings.register_profile("ci", deadline=None, max_examples=30, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")

NEEDS_CUDA = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=NEEDS_CUDA)])
def device(request: pytest.FixtureRequest) -> torch.device:
    return torch.device(request.param)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small text that a small network soon knows by heart."""
    verses = "".join(f"{n} green bottles hanging on the wall,\n" for n in range(99, 0, -1))
    path = tmp_path / "book.txt"
    path.write_text(verses, encoding="utf-8")
    return path
