from pathlib import Path

import pytest
from rich.console import Console

from elman.comparison.benchmark_report import plot, share_of_peak, summary, table
from elman.comparison.cells import OURS, TORCH, Cell
from elman.comparison.memory import Memory
from elman.comparison.sizes import Sizes
from elman.comparison.timing import Timing

# 2 · 10·2·5·(2·5+3·5) = 5,000 operations in training
SMALL, WIDE = Sizes(10, 2, 5, 5), Sizes(1, 1, 512, 512)


def timing(seconds: float) -> Timing:
    return Timing((seconds, seconds, seconds))


def cell(sizes: Sizes, ours: float, bptt: float) -> Cell:
    """torch.nn.RNN takes 0.6 s."""
    train = {TORCH: timing(0.6), OURS: timing(ours), "elman bptt": timing(bptt)}
    return Cell(sizes, train, {**train, "ONNX Runtime": timing(1.0)}, Memory(sizes, 70, 100))


CELLS = [cell(SMALL, 0.2, 0.4), cell(WIDE, 0.3, 0.25)]


def shown(kind: str) -> str:
    console = Console(width=80, record=True)  # a terminal's
    console.print(table(CELLS, kind, peak=50_000))
    return console.export_text()


def test_the_table_tells_ratio_and_share_of_the_peak() -> None:
    assert share_of_peak(CELLS[0], "train", OURS, 50_000) == pytest.approx(0.5)
    training = shown("train")
    assert "10, 2, 5, 5" in training
    assert "600–600" in training
    assert "3.00" in training
    assert "50%" in training
    assert "ONNX" not in training
    assert "ONNX Runtime" in shown("inference")


def test_the_summary_follows_the_figures() -> None:
    operations = 2 * 512 * 5 * 512  # of the wide cell's training step, in 0.3 s
    told = summary(CELLS, peak=2 * operations / 0.3)
    assert told == [
        f"Training step: {TORCH} takes 2.45 times as long as {OURS} (geometric mean), 2.00 to "
        "3.00 times.",
        f"Inference: {TORCH} takes 2.45 times as long as {OURS} (geometric mean), 2.00 to 3.00 "
        "times.",
        f"Inference: ONNX Runtime takes 4.08 times as long as {OURS} (geometric mean), 3.33 to "
        "5.00 times.",
        f"Training step: {OURS} is at most 20% slower than the fastest engine.",
        f"Inference: {OURS} is at most 20% slower than the fastest engine.",
        f"Training step: from H = 512 on {OURS} reaches at least 50% of the peak.",
        f"Inference: from H = 512 on {OURS} reaches at least 20% of the peak.",
        f"Memory: a training step of {OURS} takes 0.70 to 0.70 times that of {TORCH}.",
    ]


def test_nothing_is_told_of_wide_layers_where_there_are_none() -> None:
    assert not any("H = 512" in sentence for sentence in summary(CELLS[:1], peak=1.0))


def test_the_picture(tmp_path: Path) -> None:
    plot(CELLS, tmp_path / "benchmark.png")
    assert (tmp_path / "benchmark.png").read_bytes().startswith(b"\x89PNG")
