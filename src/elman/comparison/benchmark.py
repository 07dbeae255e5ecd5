"""Benchmarks all implementations of the layer, interleaved in one process."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from rich.console import Console
from rich.progress import track

from elman.checks import check_seed
from elman.comparison.benchmark_report import plot, summary, table
from elman.comparison.cold_start import measure_cold_start
from elman.comparison.environment import describe_machine
from elman.comparison.generation import CHARACTERS, measure_generation
from elman.comparison.implementations import all_implementations
from elman.comparison.memory import Memory, measure_memory, memory_summary
from elman.comparison.plan import read_device
from elman.comparison.roofline import peak_flops
from elman.comparison.sizes import check_fit, read_grid
from elman.comparison.speed import KINDS, Speed, measure_speed
from elman.comparison.timing import check_rounds
from elman.output_files import check_output_folder


@dataclass(frozen=True)
class Benchmark:
    """The values of `scripts/benchmark.py`, explained in `conf/benchmark.yaml`."""

    sizes: list[list[int]]
    device: str
    rounds: int
    seed: int
    matmul_precision: Literal["highest", "high", "medium"]
    output_dir: str

    def __post_init__(self) -> None:
        check_fit("sizes", read_grid("sizes", self.sizes), read_device(self.device))
        check_rounds("rounds", self.rounds)
        check_seed("seed", self.seed)
        check_output_folder("output_dir", self.output_dir)


def benchmark(values: Benchmark) -> list[Speed]:
    """Measures, prints tables and a summary, writes `benchmark.json` and `benchmark.png`.

    Args:
        values: of the script.
    """
    device = read_device(values.device)
    grid = read_grid("sizes", values.sizes)
    torch.manual_seed(values.seed)

    console = Console(soft_wrap=True)
    precision_before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(values.matmul_precision)
    try:
        peak = peak_flops(device)
        speeds, memory = [], []
        for sizes in track(grid, "Timing", console=console, disable=not console.is_terminal):
            speeds.append(measure_speed(sizes, all_implementations(sizes, device), values.rounds))
            memory.append(measure_memory(sizes, device))
        generation = measure_generation(values.rounds)
    finally:
        torch.set_float32_matmul_precision(precision_before)
    cold_start = measure_cold_start()

    machine = describe_machine(device)
    for kind in KINDS:
        console.print(table(speeds, kind, peak, machine))
    characters = ", ".join(
        f"{CHARACTERS / measured.median:,.0f} with {name}" for name, measured in generation.items()
    )
    for sentence in [
        f"{machine}: {torch.get_num_threads()} threads; float32 matrix products reach "
        f"{peak / 1e9:.0f} GFLOP/s (precision {values.matmul_precision}).",
        *summary(speeds, peak),
        memory_summary(memory),
        f"Text generation, one sequence, characters per second: {characters}.",
        f"First training step in a process: {cold_start.compiling:.1f} s with compilation, "
        f"{cold_start.cached:.2f} s with the cache.",
    ]:
        console.print(sentence, highlight=False)

    folder = Path(values.output_dir)
    folder.mkdir(parents=True, exist_ok=True)
    results = {
        "machine": machine,
        "threads": torch.get_num_threads(),
        "matmul_precision": values.matmul_precision,
        "peak FLOP/s": peak,
        "first step, seconds": cold_start._asdict(),
        f"generating {CHARACTERS} characters, seconds": {
            name: measured.times for name, measured in generation.items()
        },
        "cells": _plain(speeds, memory),
    }
    (folder / "benchmark.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    plot(speeds, folder / "benchmark.png", machine)
    console.print(f"All measurements: {folder / 'benchmark.json'}, plot: benchmark.png")
    return speeds


def _plain(speeds: Sequence[Speed], memory: Sequence[Memory]) -> list[object]:
    return [
        {
            **speed.sizes._asdict(),
            **{
                kind: {name: each.times for name, each in getattr(speed, kind).items()}
                for kind in KINDS
            },
            "peak bytes of a training step": {"elman": peak.ours, "torch": peak.theirs},
        }
        for speed, peak in zip(speeds, memory, strict=True)
    ]
