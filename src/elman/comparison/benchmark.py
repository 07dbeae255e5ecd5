"""Every way to compute the layer at the same sizes, by turns in one process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import geometric_mean

import torch
from omegaconf import DictConfig, OmegaConf
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from elman.comparison.contenders import Contender, contenders, multiplications
from elman.comparison.plan import read_device
from elman.comparison.setting import processor
from elman.comparison.sizes import Sizes, read_list, read_sizes
from elman.comparison.speed import measurement
from elman.comparison.timing import Timing, check_rounds, milliseconds, take_turns
from elman.layers import RNN

TORCH = "torch.nn.RNN"
OURS = "elman auto"
KINDS = ("train", "inference")


@dataclass(frozen=True)
class Cell:
    """One choice of sizes.

    Attributes:
        sizes: of weights and inputs.
        train: the times of a training step, by contender.
        inference: the times of a forward pass.
    """

    sizes: Sizes
    train: Mapping[str, Timing]
    inference: Mapping[str, Timing]


def benchmark(config: DictConfig) -> list[Cell]:
    """Times, prints a table for training and one for inference, and writes `benchmark.json`.

    Args:
        config: as composed from `conf/benchmark.yaml`.

    Raises:
        TypeError, ValueError: a value is out of range; nothing has been measured then.
    """
    check_rounds("rounds", config.rounds)
    device = read_device(config.device)
    sizes = OmegaConf.to_container(config.sizes)
    grid = [read_sizes("sizes", value) for value in read_list("sizes", sizes)]
    torch.manual_seed(config.seed)

    console = Console()
    peak = peak_flops(device)
    cells = [
        time_cell(each, config.rounds, device)
        for each in track(grid, "Timing", console=console, disable=not console.is_terminal)
    ]
    console.print(
        f"{processor() if device.type == 'cpu' else torch.cuda.get_device_name(device)}, "
        f"{torch.get_num_threads()} threads; matrix products reach {peak / 1e9:.0f} GFLOP/s"
    )
    for kind in KINDS:
        console.print(table(cells, kind, peak))
    path = Path(config.output_dir) / "benchmark.json"
    path.write_text(json.dumps(_plain(cells, peak), indent=1), encoding="utf-8")
    console.print(f"All measurements: {path}")
    return cells


def time_cell(sizes: Sizes, rounds: int, device: torch.device) -> Cell:
    """Times all contenders at one choice of sizes.

    Raises:
        RuntimeError: one of them does not compute what torch.nn.RNN does.
    """
    X = torch.randn(sizes.T, sizes.B, sizes.I, device=device)
    found = contenders(RNN(sizes.I, sizes.H, device=device), X)
    _check_agreement(found)
    trained = {name: each.train for name, each in found.items() if each.train is not None}
    timed = [
        take_turns({name: measurement(step, device) for name, step in steps.items()}, rounds)
        for steps in (trained, {name: each.inference for name, each in found.items()})
    ]
    return Cell(sizes, *timed)


def _check_agreement(found: Mapping[str, Contender]) -> None:
    right = found[TORCH].inference().cpu()
    for name, each in found.items():
        states = torch.as_tensor(each.inference()).cpu()
        if not torch.allclose(states, right, rtol=1e-3, atol=1e-3):
            raise RuntimeError(f"{name} does not compute the states of {TORCH}")


def peak_flops(device: torch.device) -> float:
    """Floating-point operations a second of a large float32 matrix product, the best of several."""
    n = 1024 if device.type == "cpu" else 8192
    A = torch.randn(n, n, device=device)
    product = measurement(partial(torch.mm, A, A), device)
    return 2 * n**3 / min(product() for _ in range(10))


def table(cells: list[Cell], kind: str, peak: float) -> Table:
    """A row for each contender in each cell.

    Its milliseconds, how many times as long torch.nn.RNN takes ("torch ÷"), and the share of the
    matrix products' own speed that it reaches ("peak").
    """
    title = "Training step" if kind == "train" else "Inference"
    found = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("T, B, I, H", ""):
        found.add_column(name, no_wrap=True)
    for name in ("ms", "quartiles", "torch ÷", "peak"):
        found.add_column(name, justify="right", no_wrap=True)
    ratios = []
    for cell in cells:
        timings: Mapping[str, Timing] = getattr(cell, kind)
        flops = 2 * multiplications(cell.sizes, train=kind == "train")
        ratios.append(timings[TORCH].median / timings[OURS].median)
        for name, timing in timings.items():
            found.add_row(
                ", ".join(map(str, cell.sizes)) if name == TORCH else "",
                name,
                milliseconds(timing.median),
                "–".join(map(milliseconds, timing.quartiles)),
                f"{timings[TORCH].median / timing.median:.2f}",
                f"{flops / timing.median / peak:.0%}",
            )
        found.add_section()
    found.caption = f"{TORCH} ÷ {OURS}: {geometric_mean(ratios):.2f} in the geometric mean"
    return found


def _plain(cells: list[Cell], peak: float) -> object:
    return {
        "peak FLOP/s": peak,
        "cells": [
            {
                **cell.sizes._asdict(),
                **{
                    kind: {name: timing.seconds for name, timing in getattr(cell, kind).items()}
                    for kind in KINDS
                },
            }
            for cell in cells
        ],
    }
