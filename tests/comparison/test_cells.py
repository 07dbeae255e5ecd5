import pytest
import torch

from elman.comparison import cells
from elman.comparison.cells import OURS, TORCH, Cell, measure_cell
from elman.comparison.contenders import Contender
from elman.comparison.memory import Memory
from elman.comparison.sizes import Sizes
from elman.comparison.timing import Timing

SIZES = Sizes(3, 2, 4, 5)


@pytest.fixture
def two_contenders(monkeypatch: pytest.MonkeyPatch) -> dict[str, Contender]:
    """Two that take no time, in the place of the real ones."""
    found = {name: Contender(lambda: None, lambda: torch.zeros(1)) for name in (TORCH, OURS)}
    monkeypatch.setattr(cells, "contenders", lambda *_: found)
    monkeypatch.setattr(cells, "measurement", lambda *_: lambda: 0.5)
    return found


def test_each_contender_is_timed_at_what_it_can(two_contenders: dict[str, Contender]) -> None:
    two_contenders["ONNX Runtime"] = Contender(None, lambda: torch.zeros(1))
    cell = measure_cell(SIZES, 3, torch.device("cpu"))
    assert cell.sizes == cell.memory.sizes == SIZES
    assert cell.train == {TORCH: Timing((0.5,) * 3), OURS: Timing((0.5,) * 3)}
    assert cell.inference.keys() == {TORCH, OURS, "ONNX Runtime"}


def test_a_contender_that_computes_something_else_is_no_contender(
    two_contenders: dict[str, Contender],
) -> None:
    two_contenders["wrong"] = Contender(None, lambda: torch.ones(1))
    with pytest.raises(RuntimeError, match=r"wrong does not compute the states of torch.nn.RNN"):
        measure_cell(SIZES, 2, torch.device("cpu"))


def test_the_ratio_is_above_one_where_the_other_is_slower() -> None:
    timings = {TORCH: Timing((0.6, 0.6)), OURS: Timing((0.2, 0.2))}
    cell = Cell(SIZES, timings, timings, Memory(SIZES, 1, 1))
    assert cell.ratio("train", TORCH) == pytest.approx(3)
