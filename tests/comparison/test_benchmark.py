import json
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from elman.comparison import benchmark as module
from elman.comparison.benchmark import Cell, benchmark, table
from elman.comparison.contenders import Contender
from elman.comparison.sizes import Sizes
from elman.comparison.timing import Timing


def config(folder: Path, **values: object) -> DictConfig:
    plain = {"device": "cpu", "rounds": 2, "seed": 0, "sizes": [[3, 2, 4, 5]]}
    return OmegaConf.create({**plain, "output_dir": str(folder), **values})


@pytest.fixture
def two_contenders(monkeypatch: pytest.MonkeyPatch) -> dict[str, Contender]:
    """Two that take no time, in the place of the real ones."""
    found = {
        name: Contender(lambda: None, lambda: torch.zeros(1))
        for name in (module.TORCH, module.OURS)
    }
    monkeypatch.setattr(module, "contenders", lambda *_: found)
    monkeypatch.setattr(module, "measurement", lambda *_: lambda: 0.5)
    return found


@pytest.mark.usefixtures("two_contenders")
def test_writes_all_measurements(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    benchmark(config(tmp_path, rounds=3))
    written = json.loads((tmp_path / "benchmark.json").read_text())
    [cell] = written["cells"]
    assert (cell["T"], cell["B"], cell["I"], cell["H"]) == (3, 2, 4, 5)
    assert cell["train"] == {module.TORCH: [0.5] * 3, module.OURS: [0.5] * 3}
    assert written["peak FLOP/s"] == 2 * 1024**3 / 0.5
    assert "All measurements: " in capsys.readouterr().out


def test_a_contender_that_computes_something_else_is_no_contender(
    two_contenders: dict[str, Contender], tmp_path: Path
) -> None:
    two_contenders["wrong"] = Contender(None, lambda: torch.ones(1))
    with pytest.raises(RuntimeError, match=r"wrong does not compute the states of torch.nn.RNN"):
        benchmark(config(tmp_path))


def test_the_table_tells_ratio_and_share_of_the_peak() -> None:
    timings = {module.TORCH: Timing((0.6, 0.6, 0.6)), module.OURS: Timing((0.2, 0.2, 0.2))}
    cell = Cell(Sizes(10, 2, 5, 5), timings, {**timings, "ONNX Runtime": Timing((1.0, 1.0, 1.0))})
    console = Console(width=80, record=True)  # a terminal's
    # 2 · 10·2·5·(2·5+3·5) = 5,000 operations in 0.2 s
    console.print(table([cell], "train", peak=50_000))
    shown = console.export_text()
    assert "3.00" in shown
    assert "50%" in shown
    assert "600–600" in shown
    assert "in the geometric mean" in shown
    assert "ONNX" not in shown
    console.print(table([cell], "inference", peak=50_000))
    assert "ONNX Runtime" in console.export_text()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rounds": 1}, "rounds must be at least 2"),
        ({"rounds": 0}, "rounds must be greater than zero"),
        ({"sizes": []}, "sizes must be a list of at least one value"),
        ({"sizes": [[3, 2, 4]]}, "sizes must be four sizes"),
        ({"device": "gpu"}, "device must be auto, cpu or cuda"),
    ],
)
def test_bad_values(values: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        benchmark(config(tmp_path, **values))
    assert not list(tmp_path.iterdir())
