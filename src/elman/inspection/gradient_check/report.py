"""Runs a gradient check from a configuration and prints its results."""

import inspect
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from hydra.utils import instantiate
from rich import box
from rich.console import Console
from rich.table import Table
from torch import nn

from elman.checks import check_from_to, check_positive, check_seed, check_size
from elman.inspection.gradient_check.check import Entry, TensorCheck, check_gradients
from elman.inspection.gradient_check.user_layer import load_layer, make_inputs
from elman.memory import check_memory
from elman.training.values.described import full_keys

MAX_WRONG = 3  # wrong entries shown for each tensor
MAX_SIZE = 10_000
FILE_WIDTH = 120  # columns of the table if the output is not a terminal


@dataclass(frozen=True)
class Options:
    """The values `gradient_check.…` of `scripts/gradient_check.py`."""

    target: str | None
    arguments: Any
    input: Any
    entries: int | None
    step: float
    tolerance: float
    size: int

    def __post_init__(self) -> None:
        for name in ("arguments", "input"):
            if self.target is None and getattr(self, name) is not None:
                raise ValueError(
                    f"gradient_check.{name} needs gradient_check.target=FILE.py:CLASS; a network "
                    "takes neither arguments nor input"
                )
        if self.entries is not None:
            check_size("gradient_check.entries", self.entries)
        for name in ("step", "tolerance"):
            check_positive(f"gradient_check.{name}", getattr(self, name))
            if getattr(self, name) > 1:
                raise ValueError(
                    f"gradient_check.{name} must be at most 1, got {getattr(self, name)}"
                )
        check_from_to("gradient_check.size", self.size, 1, MAX_SIZE)


@dataclass(frozen=True)
class GradientCheck:
    """The values of `scripts/gradient_check.py`, explained in `conf/gradient_check.yaml`."""

    gradient_check: Options
    seed: int
    rnn: dict[str, Any]
    network: dict[str, Any]

    def __post_init__(self) -> None:
        check_seed("seed", self.seed)
        # A network need not have a recurrent layer.
        with torch.device("meta"), full_keys(rnn=self.rnn):
            instantiate(self.rnn)(1, 1)


def gradient_check(values: GradientCheck) -> list[TensorCheck]:
    """Checks the gradients of a network or of a user's layer, and prints a table.

    Args:
        values: of the script.

    Returns:
        A result for each parameter and floating-point input. All of them passed.

    Raises:
        TypeError, ValueError, OSError: a gradient is wrong (the message names it), or there is
            nothing to check.
    """
    options = values.gradient_check
    torch.manual_seed(values.seed)
    if options.target is not None:
        layer = load_layer(options.target, options.arguments)
    else:
        with full_keys(network=values.network, rnn=values.rnn):
            layer = _make_network(values.network, options.size)
    inputs = make_inputs(layer, options.input)
    checks = check_gradients(
        layer, inputs, options.entries, options.step, options.tolerance, values.seed
    )
    console = Console()
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(table(checks))
    if any(check.wrong for check in checks):
        raise ValueError(error_message(type(layer).__name__, checks, options.tolerance))
    for sentence in summary(type(layer).__name__, checks, options.tolerance):
        console.print(sentence, highlight=False, soft_wrap=True)
    return checks


def _make_network(description: Mapping[str, Any], size: int) -> nn.Module:
    """A network; every argument that its data would set, such as the vocabulary size, is `size`."""
    make = instantiate(description)
    missing = {
        name: size
        for name, parameter in inspect.signature(make).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    try:
        with torch.device("meta"):  # where weights take no memory
            weights = sum(weight.numel() for weight in make(**missing).parameters())
    except RuntimeError as error:
        if "overflow" not in str(error):
            raise
        raise ValueError(
            "network: no memory is large enough for its weights; give smaller sizes"
        ) from error
    check_memory(  # a copy in float64, and its gradients
        3 * 8 * weights, "network: its weights", "give smaller sizes", torch.device("cpu")
    )
    network: nn.Module = make(**missing)
    return network


def table(checks: Sequence[TensorCheck]) -> Table:
    """A row for each tensor with its largest difference; more rows if several entries are wrong."""
    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("tensor", "shape"):
        rows.add_column(name, no_wrap=True)
    for name in ("checked", "difference", "entry", "autograd", "numeric", ""):
        rows.add_column(name, justify="right", no_wrap=True)
    for check in checks:
        for k, entry in enumerate(check.wrong[:MAX_WRONG] or check.entries[:1]):
            shape = " × ".join(map(str, check.shape))
            rows.add_row(
                *((check.name, shape, _checked(check)) if k == 0 else [""] * 3),
                f"{entry.difference:.2g}",
                str(list(entry.index)),
                f"{entry.analytic + 0.0:.6g}" if check.used else "none",
                f"{entry.numeric + 0.0:.6g}",
                _remark(check, entry),
                style="bold red" if entry.wrong else None,
            )
    return rows


def _checked(check: TensorCheck) -> str:
    individual = f"{len(check.entries):,}"
    return (
        f"{individual} of {check.grouped + len(check.entries):,}" if check.grouped else individual
    )


def _remark(check: TensorCheck, entry: Entry) -> str:
    if entry.wrong:
        return "wrong"
    return "" if check.used else "unused"


def error_message(layer: str, checks: Sequence[TensorCheck], tolerance: float) -> str:
    """Names the wrong gradients of a layer; at least one entry must be wrong."""
    # Rounding makes equal factors tie, and the first tensor, a parameter, wins the tie.
    worst = max(
        (check for check in checks if check.wrong),
        key=lambda check: round(check.wrong[0].difference, 3),
    )
    entry = worst.wrong[0]
    others = [check.name for check in checks if check.wrong and check is not worst]
    return (
        f"{layer}: the gradient of {entry} is wrong, autograd "
        + (f"gives {entry.analytic:.6g}" if worst.used else "gives none")
        + f" and finite differences give {entry.numeric:.6g}, a relative difference of "
        f"{entry.difference:.2g} (tolerance {tolerance:g}); in {worst.name} "
        f"{len(worst.wrong)} of {len(worst.entries)} entries are wrong{_common_factor(worst)}"
        + (f", and so are entries of {', '.join(others)}" if others else "")
    )


def _common_factor(check: TensorCheck) -> str:
    """The factor between analytic and numeric values, if all wrong entries share it."""
    ratios = [entry.analytic / entry.numeric for entry in check.wrong if entry.numeric != 0]
    if len(ratios) < 2 or len(ratios) < len(check.wrong) or not check.used:
        return ""
    factor = statistics.median(ratios)
    if any(abs(ratio - factor) > 1e-3 * abs(factor) for ratio in ratios):
        return ""
    return f", all by the factor {factor:.4g}"


def summary(layer: str, checks: Sequence[TensorCheck], tolerance: float) -> list[str]:
    """Summarises a check that passed, one sentence per line."""
    entries = [entry for check in checks for entry in check.entries]
    worst = max(entries, key=lambda entry: entry.difference)
    lines = [
        f"{layer}: autograd and finite differences agree; the largest relative difference is "
        f"{worst.difference:.2g}, at {worst} (tolerance {tolerance:g})."
    ]
    grouped = sum(check.grouped for check in checks if check.group_passed)
    if grouped:
        lines.append(
            f"{len(entries):,} entries were checked individually, {grouped:,} others together, "
            "along one random direction per tensor (gradient_check.entries=null: all "
            "individually)."
        )
    kinks = [entry for entry in entries if entry.kink]
    if kinks:
        lines.append(
            f"{len(kinks)} of the entries, such as {kinks[0]}, lie at a kink of the cost, like "
            "that of ReLU at 0. They match a one-sided derivative."
        )
    lines += [
        f"{check.name} is unused: autograd gives it no gradient, and the output does not depend on "
        "it."
        for check in checks
        if not check.used
    ]
    lines += [
        f"The gradient of {check.name} is 0 at every checked entry, which proves little. Another "
        "seed draws other weights and inputs."
        for check in checks
        if check.used and all(entry.analytic == entry.numeric == 0 for entry in check.entries)
    ]
    lines += [
        f"{check.name}: the {check.grouped:,} other entries could not be checked together, because "
        "too many kinks are near; gradient_check.entries=null checks all individually."
        for check in checks
        if not check.group_passed
    ]
    return lines
