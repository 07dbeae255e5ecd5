"""What the report says of parity."""

from collections.abc import Sequence

from elman.comparison.parity import (
    ALLOWED_FLOAT32,
    ALLOWED_FLOAT64,
    ALLOWED_ULP,
    DTYPES,
    MARGIN,
    Distance,
    Summary,
    summarise,
)
from elman.comparison.plots import plot_distances
from elman.comparison.report import Picture, Section, Table


def parity_section(distances: Sequence[Distance]) -> Section:
    """The distances from the truth."""
    options: dict[str, dict[str, None]] = {}  # the values met, in their order
    for distance in distances:
        options.setdefault("sizes", {})[f"({distance.case.sizes})"] = None
        for name, value in distance.case.options.items():
            options.setdefault(name, {})[str(value)] = None
    summaries = summarise(distances)
    tables = [
        Table(
            f"{dtype}: distance from the truth in ulp, the median and the largest of all",
            ["tensor", "ours", "torch", "ours, largest", "torch, largest", "close enough"],
            [_in_ulp(summary) for summary in summaries if summary.dtype == dtype],
        )
        for dtype in DTYPES
    ]
    each = Table(
        "Every combination: the tensor that is furthest from the truth",
        ["options", "dtype", "ours, ulp", "torch, ulp", "ours, relative", "torch, relative"],
        [_furthest(group) for group in _by_case(distances)],
        folded=True,
    )
    return Section(
        "Parity",
        [
            "Both layers hold the same weights (weight_ih = Uᵀ, weight_hh = Vᵀ, "
            "bias_ih + bias_hh = b) and are given the same inputs, first states and gradients of "
            "the cost. The truth is computed from the same numbers in float64 by the NumPy "
            "reference, whose gradients are derived by hand. Every combination of: "
            + "; ".join(f"{name} {', '.join(values)}" for name, values in options.items())
            + ".",
            "The distance of a tensor is that of its worst element. 1 ulp is the dtype's eps times "
            "the largest magnitude in the true tensor: relative to that, 1.2e-7 in float32 and "
            f"2.2e-16 in float64. Allowed are {ALLOWED_FLOAT32:g} times torch's own largest "
            f"distance in float32 (or {ALLOWED_ULP:g} ulp), and {ALLOWED_FLOAT64:.0e}, relative, "
            "in float64, where the judge itself rounds as much. With ReLU the inputs are such that "
            f"no |a_t| is below {MARGIN:.0e}: nearer to its kink rounding would decide between two "
            "different gradients.",
        ],
        [*tables, each],
        [
            Picture(
                "Distance from the truth in float32, one point for each tensor and combination",
                "Points of our distance over torch's, beside the lines of equal distance and of "
                f"{ALLOWED_FLOAT32:g} times torch's",
                plot_distances(distances),
            )
        ],
    )


def _in_ulp(summary: Summary) -> list[str]:
    median, largest = zip(summary.ours, summary.theirs, strict=True)
    figures = [f"{distance:.2f}" for distance in (*median, *largest)]
    return [summary.tensor, *figures, "yes" if summary.holds else "NO"]


def _by_case(distances: Sequence[Distance]) -> list[list[Distance]]:
    groups: dict[str, list[Distance]] = {}
    for distance in distances:
        groups.setdefault(f"{distance.case} {distance.dtype}", []).append(distance)
    return list(groups.values())


def _furthest(group: Sequence[Distance]) -> list[str]:
    ours, theirs = max(d.ulp[0] for d in group), max(d.ulp[1] for d in group)
    relative = max(d.ours for d in group), max(d.theirs for d in group)
    return [
        str(group[0].case),
        group[0].dtype,
        f"{ours:.2f}",
        f"{theirs:.2f}",
        f"{relative[0]:.1e}",
        f"{relative[1]:.1e}",
    ]
