import json
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from elman.comparison import benchmark as module
from elman.comparison.benchmark import benchmark
from elman.comparison.cells import OURS, TORCH, Cell
from elman.comparison.memory import Memory
from elman.comparison.timing import Timing


def config(folder: Path, **values: object) -> DictConfig:
    plain = {"device": "cpu", "rounds": 2, "seed": 0, "sizes": [[3, 2, 4, 5]]}
    plain |= {"matmul_precision": "highest", "output_dir": str(folder)}
    return OmegaConf.create({**plain, **values})


@pytest.fixture
def precisions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Measurements made up; those of torch's precision at the time."""
    found: list[str] = []
    timings = {TORCH: Timing((0.6, 0.6)), OURS: Timing((0.2, 0.2))}

    def measure_cell(sizes: object, *_: object) -> Cell:
        found.append(torch.get_float32_matmul_precision())
        return Cell(sizes, timings, timings, Memory(sizes, 70, 100))  # type: ignore[arg-type]

    monkeypatch.setattr(module, "measure_cell", measure_cell)
    monkeypatch.setattr(module, "peak_flops", lambda _: 3e11)
    monkeypatch.setattr(module, "first_calls", lambda: (3.9, 0.02))
    monkeypatch.setattr(module, "time_writing", lambda _: {"elman.RNN": Timing((1e-4, 1e-4))})
    return found


@pytest.mark.usefixtures("precisions")
def test_writes_all_measurements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark(config(tmp_path))
    written = json.loads((tmp_path / "benchmark.json").read_text())
    [cell] = written["cells"]
    assert (cell["T"], cell["B"], cell["I"], cell["H"]) == (3, 2, 4, 5)
    assert cell["train"] == {TORCH: [0.6] * 2, OURS: [0.2] * 2}
    assert cell["peak bytes of a training step"] == {"elman": 70, "torch": 100}
    assert written["peak FLOP/s"] == 3e11
    assert (tmp_path / "benchmark.png").exists()
    told = " ".join(capsys.readouterr().out.split())
    assert "reach 300 GFLOP/s (precision highest)" in told
    assert "10,000 with elman.RNN, characters a second" in told
    assert "3.9 s with compiling, then 0.02 s" in told


def test_the_precision_is_for_the_measurements_alone(precisions: list[str], tmp_path: Path) -> None:
    benchmark(config(tmp_path, matmul_precision="medium"))
    assert precisions == ["medium"]
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rounds": 1}, "rounds must be at least 2"),
        ({"rounds": 0}, "rounds must be greater than zero"),
        ({"sizes": []}, "sizes must be a list of at least one value"),
        ({"sizes": [[3, 2, 4]]}, "sizes must be four sizes"),
        ({"device": "gpu"}, "device must be auto, cpu or cuda"),
        ({"matmul_precision": "low"}, "matmul_precision must be one of highest, high, medium"),
    ],
)
def test_bad_values(values: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        benchmark(config(tmp_path, **values))
    assert not list(tmp_path.iterdir())
