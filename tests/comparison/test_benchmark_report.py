from pathlib import Path

import pytest
from rich.console import Console

from elman.comparison.benchmark_report import peak_fraction, plot, summary, table
from elman.comparison.implementations import ELMAN, TORCH
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Speed
from elman.comparison.timing import measurement

# 2 · 10·2·5·(2·5+3·5) = 5,000 operations in training
SMALL, LARGE = Sizes(10, 2, 5, 5), Sizes(1, 1, 512, 512)


def speed(sizes: Sizes, ours: float, bptt: float) -> Speed:
    """torch.nn.RNN takes 0.6 s."""
    seconds = {TORCH: 0.6, ELMAN: ours, "elman bptt": bptt, "ONNX Runtime": 1.0}
    inference = {name: measurement(name, [t, t, t]) for name, t in seconds.items()}
    train = {name: inference[name] for name in (TORCH, ELMAN, "elman bptt")}
    return Speed(sizes, train, inference)


SPEEDS = [speed(SMALL, 0.2, 0.4), speed(LARGE, 0.3, 0.25)]


def rendered(kind: str) -> str:
    console = Console(width=80, record=True)
    console.print(table(SPEEDS, kind, peak=50_000, machine="a test CPU"))
    return console.export_text()


def test_table() -> None:
    assert peak_fraction(SPEEDS[0], "train", ELMAN, 50_000) == pytest.approx(0.5)
    training = rendered("train")
    assert "Training step on a test CPU" in training
    assert "10, 2, 5, 5" in training
    assert "600–600" in training
    assert "3.00" in training
    assert "50%" in training
    assert "ONNX" not in training
    assert "ONNX Runtime" in rendered("inference")


def test_summary() -> None:
    operations = 2 * 512 * 5 * 512  # of a training step of the large layer, in 0.3 s
    mean = "times as long as elman.RNN (geometric mean of 2 sizes"
    range_of_torch = (
        f"lowest 2.00 at {LARGE}, highest 3.00 at {SMALL}). elman.RNN is slower at none of them."
    )
    assert summary(SPEEDS, peak=2 * operations / 0.3) == [
        f"Training step: {TORCH} takes 2.45 {mean}, {range_of_torch}",
        f"Inference: {TORCH} takes 2.45 {mean}, {range_of_torch}",
        f"Inference: ONNX Runtime takes 4.08 {mean}, lowest 3.33 at {LARGE}, highest 5.00 at "
        f"{SMALL}). elman.RNN is slower at none of them.",
        f"Training step: {ELMAN} is at most 20% slower than the fastest engine.",
        f"Inference: {ELMAN} is at most 20% slower than the fastest engine.",
        f"Training step: {ELMAN} reaches at least 50% of the peak for H ≥ 512.",
        f"Inference: {ELMAN} reaches at least 20% of the peak for H ≥ 512.",
    ]


def test_summary_without_large_layers() -> None:
    assert not any("H ≥ 512" in sentence for sentence in summary(SPEEDS[:1], peak=1.0))


def test_plot(tmp_path: Path) -> None:
    plot(SPEEDS, tmp_path / "benchmark.png", "a test CPU")
    assert (tmp_path / "benchmark.png").read_bytes().startswith(b"\x89PNG")
