import pytest

from elman.comparison import cold_start
from elman.comparison.cold_start import measure_cold_start

FAKE_STEP = """
import os
from pathlib import Path
compiled = Path(os.environ["XDG_CACHE_HOME"]) / "compiled"
print(0.5 if compiled.exists() else 2.0)
compiled.touch()
"""


def test_the_second_process_uses_the_cache_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold_start, "FIRST_STEP", FAKE_STEP)
    for _ in range(2):  # each measurement starts with an empty cache
        assert measure_cold_start() == (2.0, 0.5)
