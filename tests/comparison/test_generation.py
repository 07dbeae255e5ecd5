import pytest

from elman.comparison import generation
from elman.comparison.generation import measure_generation


def test_both_layers_generate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "CHARACTERS", 3)
    monkeypatch.setattr("elman.comparison.timing.MIN_RUN_TIME", 1e-9)
    measured = measure_generation(2)
    assert measured.keys() == {"elman.RNN", "torch.nn.RNN"}
    assert all(len(each.times) == 2 and min(each.times) > 0 for each in measured.values())
