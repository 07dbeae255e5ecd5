"""What the benchmark tells: tables, a picture, and what they come to."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import geometric_mean

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from rich import box
from rich.table import Table

from elman.comparison.cells import KINDS, OURS, TORCH, Cell
from elman.comparison.plots import STYLE
from elman.comparison.roofline import multiplications
from elman.comparison.timing import Timing, milliseconds

TICKS = (0.5, 1, 2, 5, 10, 20)  # of the picture
WIDE = 512  # hidden units from which on the products should take nearly all the time


def table(cells: Sequence[Cell], kind: str, peak: float) -> Table:
    """A row for each contender in each cell.

    Its milliseconds, how many times as long torch.nn.RNN takes ("torch ÷"), and the share of the
    matrix products' own speed that it reaches ("peak").
    """
    found = Table(title=KINDS[kind], box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("T, B, I, H", ""):
        found.add_column(name, no_wrap=True)
    for name in ("ms", "quartiles", "torch ÷", "peak"):
        found.add_column(name, justify="right", no_wrap=True)
    for cell in cells:
        timings: Mapping[str, Timing] = getattr(cell, kind)
        for name, timing in timings.items():
            found.add_row(
                ", ".join(map(str, cell.sizes)) if name == TORCH else "",
                name,
                milliseconds(timing.median),
                "–".join(map(milliseconds, timing.quartiles)),
                f"{timings[TORCH].median / timing.median:.2f}",
                f"{share_of_peak(cell, kind, name, peak):.0%}",
            )
        found.add_section()
    return found


def share_of_peak(cell: Cell, kind: str, name: str, peak: float) -> float:
    """The arithmetic of the matrix products at their peak speed, by the time that was taken."""
    flops = 2 * multiplications(cell.sizes, train=kind == "train")
    timings: Mapping[str, Timing] = getattr(cell, kind)
    return flops / timings[name].median / peak


def summary(cells: Sequence[Cell], peak: float) -> list[str]:
    """What the tables come to, a sentence a line."""
    return [
        *(sentence for kind in KINDS for sentence in _rivals(cells, kind)),
        *(_fastest_engine(cells, kind) for kind in KINDS),
        *(_reached(cells, kind, peak) for kind in KINDS if _wide(cells)),
        _memory(cells),
    ]


def _rivals(cells: Sequence[Cell], kind: str) -> list[str]:
    timings: Mapping[str, Timing] = getattr(cells[0], kind)
    rivals = [name for name in timings if not name.startswith("elman")]
    found = []
    for name in rivals:
        ratios = [cell.ratio(kind, name) for cell in cells]
        found.append(
            f"{KINDS[kind]}: {name} takes {geometric_mean(ratios):.2f} times as long as {OURS} "
            f"(geometric mean), {min(ratios):.2f} to {max(ratios):.2f} times."
        )
    return found


def _fastest_engine(cells: Sequence[Cell], kind: str) -> str:
    engines = [name for name in getattr(cells[0], kind) if name.startswith("elman")]
    slower = max(1 / min(cell.ratio(kind, name) for name in engines) for cell in cells) - 1
    return f"{KINDS[kind]}: {OURS} is at most {slower:.0%} slower than the fastest engine."


def _wide(cells: Sequence[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.sizes.H >= WIDE]


def _reached(cells: Sequence[Cell], kind: str, peak: float) -> str:
    least = min(share_of_peak(cell, kind, OURS, peak) for cell in _wide(cells))
    return f"{KINDS[kind]}: from H = {WIDE} on {OURS} reaches at least {least:.0%} of the peak."


def _memory(cells: Sequence[Cell]) -> str:
    shares = [1 / cell.memory.ratio for cell in cells]
    return (
        f"Memory: a training step of {OURS} takes {min(shares):.2f} to {max(shares):.2f} times "
        f"that of {TORCH}."
    )


@mpl.rc_context(STYLE)
def plot(cells: Sequence[Cell], path: Path) -> None:
    """How many times as fast as torch.nn.RNN each contender is, in each cell."""
    figure = Figure(figsize=(9.6, 7.2))
    upper, lower = figure.subplots(2)
    for axes, kind in ((upper, "train"), (lower, "inference")):
        names = [name for name in getattr(cells[0], kind) if name != TORCH]
        width = 0.8 / len(names)
        for n, name in enumerate(names):
            ratios = [cell.ratio(kind, TORCH) / cell.ratio(kind, name) for cell in cells]
            places = np.arange(len(cells)) + (n - (len(names) - 1) / 2) * width
            axes.bar(places, np.array(ratios) - 1, width, bottom=1, label=name)
        axes.axhline(1, color=STYLE["text.color"], linewidth=0.8)
        sizes = ["\n".join(map(str, cell.sizes)) for cell in cells]
        axes.set_xticks(range(len(cells)), sizes, fontsize=9)
        axes.tick_params(axis="x", length=0)
        place, shift = (0, 0), (-8, -6)
        symbols = "\n".join(cells[0].sizes._fields)
        axes.annotate(
            symbols, place, shift, "axes fraction", "offset points", ha="right", va="top", size=9
        )
        axes.set(title=KINDS[kind], ylabel=f"times as fast as {TORCH}", yscale="log")
        axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axes.minorticks_off()
        axes.set_axisbelow(True)
        axes.grid(axis="y")
    handles, labels = lower.get_legend_handles_labels()
    figure.legend(handles, labels, ncols=4, fontsize=9, loc="outside upper center")
    figure.savefig(path, dpi=150)
