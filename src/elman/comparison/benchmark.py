"""Benchmarks all implementations of the layer, interleaved in one process."""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.progress import track

from elman.comparison.benchmark_report import plot, summary, table
from elman.comparison.cold_start import measure_cold_start
from elman.comparison.environment import describe_machine
from elman.comparison.generation import CHARACTERS, measure_generation
from elman.comparison.implementations import all_implementations
from elman.comparison.memory import Memory, measure_memory, memory_summary
from elman.comparison.plan import read_device
from elman.comparison.roofline import peak_flops
from elman.comparison.sizes import read_grid
from elman.comparison.speed import KINDS, Speed, measure_speed
from elman.comparison.timing import check_rounds

PRECISIONS = ("highest", "high", "medium")


def benchmark(config: DictConfig) -> list[Speed]:
    """Measures, prints tables and a summary, writes `benchmark.json` and `benchmark.png`.

    Args:
        config: composed from `conf/benchmark.yaml`.

    Raises:
        TypeError, ValueError: a value is out of range; this is checked before any measurement.
    """
    check_rounds("rounds", config.rounds)
    if config.matmul_precision not in PRECISIONS:
        raise ValueError(
            f"matmul_precision must be one of {', '.join(PRECISIONS)}, "
            f"got {config.matmul_precision!r}"
        )
    device = read_device(config.device)
    grid = read_grid("sizes", OmegaConf.to_container(config.sizes))
    torch.manual_seed(config.seed)

    console = Console(soft_wrap=True)
    precision_before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(config.matmul_precision)
    try:
        peak = peak_flops(device)
        speeds, memory = [], []
        for sizes in track(grid, "Timing", console=console, disable=not console.is_terminal):
            speeds.append(measure_speed(sizes, all_implementations(sizes, device), config.rounds))
            memory.append(measure_memory(sizes, device))
        generation = measure_generation(config.rounds)
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
        f"{peak / 1e9:.0f} GFLOP/s (precision {config.matmul_precision}).",
        *summary(speeds, peak),
        memory_summary(memory),
        f"Text generation, one sequence, characters per second: {characters}.",
        f"First training step in a process: {cold_start.compiling:.1f} s with compilation, "
        f"{cold_start.cached:.2f} s with the cache.",
    ]:
        console.print(sentence, highlight=False)

    folder = Path(config.output_dir)
    results = {
        "machine": machine,
        "threads": torch.get_num_threads(),
        "matmul_precision": config.matmul_precision,
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
