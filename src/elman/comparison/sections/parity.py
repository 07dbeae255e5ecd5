"""The report's section on parity."""

from collections.abc import Sequence

from elman.comparison.parity import (
    ALLOWED_FLOAT32,
    ALLOWED_FLOAT64,
    ALLOWED_ULP,
    DTYPES,
    MIN_ABS_A,
    Distance,
    Summary,
    summarise,
)
from elman.comparison.plots import plot_distances
from elman.comparison.report import Picture, Section, Table


def parity_section(distances: Sequence[Distance]) -> Section:
    """The distances from the reference values."""
    options: dict[str, dict[str, None]] = {}  # the values of each option, in order
    for distance in distances:
        options.setdefault("sizes", {})[f"({distance.case.sizes})"] = None
        for name, value in distance.case.options.items():
            options.setdefault(name, {})[str(value)] = None
    summaries = summarise(distances)
    tables = [
        Table(
            f"{dtype}: distance from the reference in ulp, median (maximum)",
            ["tensor", "elman.RNN", "torch.nn.RNN", "passes"],
            [_row(summary) for summary in summaries if summary.dtype == dtype],
        )
        for dtype in DTYPES
    ]
    by_case = Table(
        "Every combination: largest distance of all tensors in ulp (relative)",
        ["options", "dtype", "elman.RNN", "torch.nn.RNN"],
        [_largest(group) for group in _by_case(distances)],
        folded=True,
    )
    return Section(
        "Parity",
        [
            "Both layers have the same weights (weight_ih = Uᵀ, weight_hh = Vᵀ, "
            "bias_ih + bias_hh = b) and get the same inputs, initial states and gradients of the "
            "cost. The NumPy reference computes the reference values in float64, with "
            "hand-derived gradients. The options are all combinations of: "
            + "; ".join(f"{name} {', '.join(values)}" for name, values in options.items())
            + ".",
            "The distance of a tensor is its largest absolute difference from the reference. 1 ulp "
            "is the eps of the dtype times the largest magnitude in the reference tensor, so its "
            "relative size is 1.2e-7 in float32 and 2.2e-16 in float64.",
            f"In float32 the limit is {ALLOWED_FLOAT32:g} times the largest distance of "
            f"torch.nn.RNN, or {ALLOWED_ULP:g} ulp if that is larger. In float64 it is a relative "
            f"distance of {ALLOWED_FLOAT64:.0e}, because the reference has rounding errors too. "
            f"With ReLU no |a_t| is below {MIN_ABS_A:.0e}: closer to the kink, rounding could "
            "change the gradient.",
        ],
        [*tables, by_case],
        [
            Picture(
                "Distance from the reference in float32, one point per tensor and combination",
                "The distances of elman.RNN over those of torch.nn.RNN, with the lines of equal "
                f"distance and of {ALLOWED_FLOAT32:g} times the distance of torch.nn.RNN",
                plot_distances(distances),
            )
        ],
    )


def _row(summary: Summary) -> list[str]:
    layers = [f"{median:.2f} ({maximum:.2f})" for median, maximum in (summary.ours, summary.theirs)]
    return [summary.tensor, *layers, "yes" if summary.holds else "NO"]


def _by_case(distances: Sequence[Distance]) -> list[list[Distance]]:
    groups: dict[str, list[Distance]] = {}
    for distance in distances:
        groups.setdefault(f"{distance.case} {distance.dtype}", []).append(distance)
    return list(groups.values())


def _largest(group: Sequence[Distance]) -> list[str]:
    ulp = max(d.ulp[0] for d in group), max(d.ulp[1] for d in group)
    relative = max(d.ours for d in group), max(d.theirs for d in group)
    layers = [f"{in_ulp:.2f} ({each:.1e})" for in_ulp, each in zip(ulp, relative, strict=True)]
    return [str(group[0].case), group[0].dtype, *layers]
