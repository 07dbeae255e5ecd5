"""Every way to compute the layer at the same sizes, by turns in one process."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.progress import track

from elman.comparison.benchmark_report import plot, summary, table
from elman.comparison.cells import KINDS, Cell, measure_cell
from elman.comparison.first_call import first_calls
from elman.comparison.plan import read_device
from elman.comparison.roofline import peak_flops
from elman.comparison.setting import processor
from elman.comparison.sizes import read_list, read_sizes
from elman.comparison.timing import Timing, check_rounds
from elman.comparison.writing import time_writing

PRECISIONS = ("highest", "high", "medium")


def benchmark(config: DictConfig) -> list[Cell]:
    """Measures, prints tables and what they come to, writes `benchmark.json` and `benchmark.png`.

    Args:
        config: as composed from `conf/benchmark.yaml`.

    Raises:
        TypeError, ValueError: a value is out of range; nothing has been measured then.
    """
    check_rounds("rounds", config.rounds)
    if config.matmul_precision not in PRECISIONS:
        raise ValueError(
            f"matmul_precision must be one of {', '.join(PRECISIONS)}, "
            f"got {config.matmul_precision!r}"
        )
    device = read_device(config.device)
    sizes = OmegaConf.to_container(config.sizes)
    grid = [read_sizes("sizes", value) for value in read_list("sizes", sizes)]
    torch.manual_seed(config.seed)

    console = Console()
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(config.matmul_precision)
    try:
        peak = peak_flops(device)
        progress = track(grid, "Timing", console=console, disable=not console.is_terminal)
        cells = [measure_cell(each, config.rounds, device) for each in progress]
        writing = time_writing(config.rounds)
    finally:
        torch.set_float32_matmul_precision(before)
    calls = first_calls()

    for kind in KINDS:
        console.print(table(cells, kind, peak))
    machine = processor() if device.type == "cpu" else torch.cuda.get_device_name(device)
    console.print(
        f"{machine}, {torch.get_num_threads()} threads; matrix products in float32 reach "
        f"{peak / 1e9:.0f} GFLOP/s (precision {config.matmul_precision})."
    )
    for sentence in [*summary(cells, peak), _writing(writing), _first_calls(calls)]:
        console.print(sentence, highlight=False)

    folder = Path(config.output_dir)
    measured = {
        "machine": machine,
        "threads": torch.get_num_threads(),
        "matmul_precision": config.matmul_precision,
        "peak FLOP/s": peak,
        "first call, seconds": {"compiling": calls[0], "compiled before": calls[1]},
        "seconds a character": {name: timing.seconds for name, timing in writing.items()},
        "cells": _plain(cells),
    }
    (folder / "benchmark.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
    plot(cells, folder / "benchmark.png")
    console.print(f"All measurements: {folder / 'benchmark.json'}, a picture: benchmark.png")
    return cells


def _writing(writing: Mapping[str, Timing]) -> str:
    speeds = ", ".join(f"{1 / timing.median:,.0f} with {name}" for name, timing in writing.items())
    return f"Writing text: {speeds}, characters a second, one sequence."


def _first_calls(calls: tuple[float, float]) -> str:
    return (
        f"First training step in a process: {calls[0]:.1f} s with compiling, then {calls[1]:.2f} s."
    )


def _plain(cells: Sequence[Cell]) -> list[object]:
    return [
        {
            **cell.sizes._asdict(),
            **{
                kind: {name: timing.seconds for name, timing in getattr(cell, kind).items()}
                for kind in KINDS
            },
            "peak bytes of a training step": {
                "elman": cell.memory.ours,
                "torch": cell.memory.theirs,
            },
        }
        for cell in cells
    ]
