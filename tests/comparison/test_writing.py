import pytest

from elman.comparison import writing
from elman.comparison.writing import time_writing


def test_both_layers_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHARACTERS", 3)
    timings = time_writing(2)
    assert timings.keys() == {"elman.RNN", "torch.nn.RNN"}
    assert all(len(timing.seconds) == 2 and min(timing.seconds) > 0 for timing in timings.values())
