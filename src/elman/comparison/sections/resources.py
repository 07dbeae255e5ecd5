"""The report's sections on speed, scaling and memory."""

from collections.abc import Mapping, Sequence

from torch.utils.benchmark import Measurement

from elman.comparison.implementations import TORCH
from elman.comparison.memory import Memory
from elman.comparison.plots import plot_scaling
from elman.comparison.report import Picture, Section, Table
from elman.comparison.sizes import HEADING
from elman.comparison.speed import KINDS, Speed
from elman.comparison.timing import MIN_RUN_TIME, milliseconds, quartiles_in_milliseconds

COLUMNS = [HEADING, "elman.RNN", "torch.nn.RNN", "ratio"]
RATIO = "The ratio is that of torch.nn.RNN to elman.RNN; above 1, elman.RNN is better."


def speed_section(speeds: Sequence[Speed], machine: str) -> Section:
    """The times over the grid of sizes."""
    return Section(
        "Speed",
        [
            "A training step is forward and backward, from the sum of all states to all weights. "
            "Inference is forward in torch.inference_mode. The measurements of the layers are "
            f"interleaved in one process. Each lasts at least {1e3 * MIN_RUN_TIME:.0f} ms and "
            f"repeats a shorter step. Times are medians of {len(speeds[0].train[TORCH].times)} "
            f"measurements, with the quartiles in brackets. {RATIO}",
        ],
        [
            Table(
                f"{title} on {machine}, milliseconds",
                COLUMNS,
                [_times(speed, kind) for speed in speeds],
            )
            for kind, title in KINDS.items()
        ],
    )


def _times(speed: Speed, kind: str) -> list[str]:
    measured: Mapping[str, Measurement] = getattr(speed, kind)
    times = [
        f"{milliseconds(each.median)} ({quartiles_in_milliseconds(each)})"
        for each in (measured[speed.elman], measured[TORCH])
    ]
    return [speed.sizes.row, *times, f"{speed.ratio(kind):.2f}"]


def scaling_section(scaling: Mapping[str, Sequence[Speed]], machine: str) -> Section:
    """The times with one size varied."""
    pictures = []
    for kind, title in KINDS.items():
        for symbol, speeds in scaling.items():
            fixed = ", ".join(
                f"{other}={size}"
                for other, size in speeds[0].sizes._asdict().items()
                if other != symbol
            )
            ratios = ", ".join(f"{speed.ratio(kind):.2f}" for speed in speeds)
            pictures.append(
                Picture(
                    f"{title} against {symbol}, with {fixed}, on {machine}",
                    f"{title}, milliseconds of either layer against {symbol}; "
                    f"torch.nn.RNN ÷ elman.RNN from left to right: {ratios}",
                    plot_scaling(symbol, speeds, kind),
                )
            )
    return Section(
        "Scaling",
        ["One size varies, the others are fixed. The shaded range is that of the quartiles."],
        [
            Table(
                "torch.nn.RNN ÷ elman.RNN with one size varied",
                [HEADING, "training step", "inference"],
                [
                    [speed.sizes.row, *(f"{speed.ratio(kind):.2f}" for kind in KINDS)]
                    for speeds in scaling.values()
                    for speed in speeds
                ],
                folded=True,
            )
        ],
        pictures,
    )


def memory_section(memory: Sequence[Memory]) -> Section:
    """The peaks over the grid of sizes."""
    return Section(
        "Memory",
        [
            "The peak memory that a training step allocates through PyTorch, in addition to "
            "weights and inputs: states, values saved for the backward pass, gradients. On the CPU "
            f"this excludes buffers inside libraries such as oneDNN. {RATIO}",
        ],
        [
            Table(
                "Peak of a training step, MiB",
                COLUMNS,
                [
                    [
                        peak.sizes.row,
                        f"{peak.ours / 2**20:.2f}",
                        f"{peak.theirs / 2**20:.2f}",
                        f"{peak.ratio:.2f}",
                    ]
                    for peak in memory
                ],
            )
        ],
    )
