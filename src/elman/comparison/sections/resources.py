"""What the report says of speed, its scaling, and memory."""

from collections.abc import Mapping, Sequence

from elman.comparison.memory import Memory
from elman.comparison.plots import plot_scaling
from elman.comparison.report import Picture, Section, Table
from elman.comparison.speed import SHORTEST, Pair, Speed
from elman.comparison.timing import milliseconds

KINDS = {"train": "training step", "inference": "inference"}
RATIO = "torch ÷ ours"


def speed_section(speeds: Sequence[Speed]) -> Section:
    """The times of the grid."""
    return Section(
        "Speed",
        [
            "A training step is forward and backward, from the sum of all states to all weights; "
            "inference is forward in torch.inference_mode. The layers take turns in one process. A "
            f"measurement lasts {1e3 * SHORTEST:.0f} ms or more: shorter steps are repeated within "
            f"it. Medians and quartiles of {len(speeds[0].train.ours.seconds)} measurements each. "
            f"Above 1, {RATIO} is in our favour.",
        ],
        [
            Table(
                f"Milliseconds of {'a training step' if kind == 'train' else 'inference'}",
                ["T, B, I, H", "ours", "torch", RATIO, "ours, quartiles", "torch, quartiles"],
                [_times(speed, getattr(speed, kind)) for speed in speeds],
            )
            for kind in KINDS
        ],
    )


def _times(speed: Speed, pair: Pair) -> list[str]:
    quartiles = [
        "–".join(map(milliseconds, timing.quartiles)) for timing in (pair.ours, pair.theirs)
    ]
    return [
        ", ".join(map(str, speed.sizes)),
        milliseconds(pair.ours.median),
        milliseconds(pair.theirs.median),
        f"{pair.ratio:.2f}",
        *quartiles,
    ]


def scaling_section(scaling: Mapping[str, Sequence[Speed]]) -> Section:
    """The times against each size."""
    pictures = []
    for kind, what in KINDS.items():
        for symbol, speeds in scaling.items():
            held = ", ".join(
                f"{other}={size}"
                for other, size in speeds[0].sizes._asdict().items()
                if other != symbol
            )
            ratios = ", ".join(f"{getattr(speed, kind).ratio:.2f}" for speed in speeds)
            pictures.append(
                Picture(
                    f"{what.capitalize()} against {symbol}, with {held}",
                    f"Milliseconds of {what} of either layer against {symbol}; "
                    f"{RATIO} from left to right: {ratios}",
                    plot_scaling(symbol, speeds, kind),
                )
            )
    return Section(
        "Scaling",
        ["One size varies, the others stay. The quartiles are shaded."],
        [
            Table(
                f"{RATIO} where one size varies",
                ["T, B, I, H", "training step", "inference"],
                [
                    [
                        ", ".join(map(str, speed.sizes)),
                        f"{speed.train.ratio:.2f}",
                        f"{speed.inference.ratio:.2f}",
                    ]
                    for speeds in scaling.values()
                    for speed in speeds
                ],
                folded=True,
            )
        ],
        pictures,
    )


def memory_section(memory: Sequence[Memory]) -> Section:
    """The peaks of the grid."""
    return Section(
        "Memory",
        [
            "The most that a training step has allocated at a time through PyTorch, beyond weights "
            f"and inputs: states, what backward needs, gradients. Above 1, {RATIO} is in our "
            "favour. What a library such as oneDNN takes for itself is not seen on the processor.",
        ],
        [
            Table(
                "Peak of a training step, MiB",
                ["T, B, I, H", "ours", "torch", RATIO],
                [
                    [
                        ", ".join(map(str, peak.sizes)),
                        f"{peak.ours / 2**20:.2f}",
                        f"{peak.theirs / 2**20:.2f}",
                        f"{peak.ratio:.2f}",
                    ]
                    for peak in memory
                ],
            )
        ],
    )
