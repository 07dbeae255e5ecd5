import json
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf

from elman.cli.values import read_values
from elman.comparison import benchmark as module
from elman.comparison.benchmark import Benchmark, benchmark
from elman.comparison.cold_start import ColdStart
from elman.comparison.implementations import ELMAN, TORCH
from elman.comparison.memory import Memory
from elman.comparison.speed import Speed
from elman.comparison.timing import measurement


def given(folder: Path, **values: object) -> Benchmark:
    plain = {"device": "cpu", "rounds": 2, "seed": 0, "sizes": [[3, 2, 4, 5]]}
    plain |= {"matmul_precision": "highest", "output_dir": str(folder)}
    return read_values(Benchmark, OmegaConf.create({**plain, **values}))


@pytest.fixture
def precisions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replaces the measurements; returns torch's precision during each of them."""
    recorded: list[str] = []
    measured = {name: measurement(name, [t, t]) for name, t in ((TORCH, 0.6), (ELMAN, 0.2))}

    def measure_speed(sizes: Any, *_: object) -> Speed:
        recorded.append(torch.get_float32_matmul_precision())
        return Speed(sizes, measured, measured)

    generation = {"elman.RNN": measurement("elman.RNN", [0.05, 0.05])}
    monkeypatch.setattr(module, "measure_speed", measure_speed)
    monkeypatch.setattr(module, "measure_memory", lambda sizes, _: Memory(sizes, 70, 100))
    monkeypatch.setattr(module, "peak_flops", lambda _: 3e11)
    monkeypatch.setattr(module, "measure_cold_start", lambda: ColdStart(3.9, 0.02))
    monkeypatch.setattr(module, "measure_generation", lambda _: generation)
    return recorded


@pytest.mark.usefixtures("precisions")
def test_writes_all_measurements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark(given(tmp_path))
    written = json.loads((tmp_path / "benchmark.json").read_text())
    [cell] = written["cells"]
    assert (cell["T"], cell["B"], cell["I"], cell["H"]) == (3, 2, 4, 5)
    assert cell["train"] == {TORCH: [0.6] * 2, ELMAN: [0.2] * 2}
    assert cell["peak bytes of a training step"] == {"elman": 70, "torch": 100}
    assert written["peak FLOP/s"] == 3e11
    assert (tmp_path / "benchmark.png").exists()
    output = " ".join(capsys.readouterr().out.split())
    assert output.count(written["machine"]) == 3  # in two tables and a sentence
    assert "reach 300 GFLOP/s (precision highest)" in output
    assert "characters per second: 10,000 with elman.RNN" in output
    assert "3.9 s with compilation, 0.02 s with the cache" in output
    assert "needs 1.43 times as much memory" in output


def test_precision_is_restored(precisions: list[str], tmp_path: Path) -> None:
    benchmark(given(tmp_path, matmul_precision="medium"))
    assert precisions == ["medium"]
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rounds": 1}, "rounds must be from 2 to 10000, got 1"),
        ({"rounds": 10**6}, "rounds must be from 2 to 10000, got 1000000"),
        ({"rounds": 2.5}, "rounds must be an int, got 2.5"),
        ({"sizes": []}, "sizes must be a list of at least one value"),
        ({"sizes": [[3, 2, 4]]}, "sizes must be four sizes"),
        ({"sizes": [[3, 2, 4, 5.5]]}, "sizes must be a list of lists of ints"),
        ({"sizes": [[3, 2, 4, 10**7]]}, "with T=3, B=2, I=4, H=10000000 need about .* GB .* but"),
        ({"device": "gpu"}, "device must be one of auto, cpu, cuda, got 'gpu'"),
        ({"seed": -1}, "seed must be from 0 to 4294967295, got -1"),
        ({"output_dir": __file__}, "output_dir must be writable, but .* is not: Not a directory"),
        ({"matmul_precision": "low"}, "matmul_precision must be one of highest, high, medium"),
    ],
)
def test_invalid_values(values: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises((TypeError, ValueError, OSError), match=message):
        given(tmp_path, **values)
    assert not list(tmp_path.iterdir())
