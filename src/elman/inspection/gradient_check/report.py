"""What a gradient check is of, and what it tells."""

import inspect
import statistics
from collections.abc import Sequence
from typing import Any

import torch
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from rich import box
from rich.console import Console
from rich.table import Table
from torch import nn

from elman.inspection.gradient_check.check import Checked, Entry, check_gradients
from elman.inspection.gradient_check.own_layer import own_inputs, own_layer

WORST = 3  # wrong entries of a parameter that are shown
WIDTH = 120  # of a table in a file


def gradient_check(config: DictConfig) -> list[Checked]:
    """Checks the gradients of a network or of a layer of one's own, and prints a table of them.

    Args:
        config: as composed from `conf/gradient_check.yaml`.

    Returns:
        What was found of each parameter and floating input, all of it right.

    Raises:
        TypeError, ValueError, OSError: a gradient is wrong, which the message names; or there is
            nothing to check, or a value is out of range.
    """
    options: dict[str, Any] = OmegaConf.to_container(config.gradient_check, resolve=True)  # type: ignore[assignment]
    if not isinstance(config.seed, int):
        raise TypeError(f"seed must be an int, got {config.seed!r}")
    torch.manual_seed(config.seed)
    if options["target"] is not None:
        layer = own_layer(options["target"], options["arguments"])
    else:
        for option in ("arguments", "input"):
            if options[option]:
                raise ValueError(
                    f"gradient_check.{option} is for a layer of your own, which "
                    "gradient_check.target=FILE.py:CLASS names"
                )
        layer = _network(config.network, options["size"])
    inputs = own_inputs(layer, options["input"])
    found = check_gradients(
        layer, inputs, options["entries"], options["step"], options["tolerance"], config.seed
    )
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table(found))
    if any(each.wrong for each in found):
        raise ValueError(mistake(type(layer).__name__, found, options["tolerance"]))
    for sentence in summary(type(layer).__name__, found, options["tolerance"]):
        console.print(sentence, highlight=False, soft_wrap=True)
    return found


def _network(description: DictConfig, size: int) -> nn.Module:
    """A network; what its data would decide, such as the size of a vocabulary, is `size`."""
    make = instantiate(description)
    missing = {
        name: size
        for name, parameter in inspect.signature(make).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    }
    network: nn.Module = make(**missing)
    return network


def table(found: Sequence[Checked]) -> Table:
    """A row for each parameter with its worst entry, or more where they are wrong."""
    rows = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("parameter", "shape"):
        rows.add_column(name, no_wrap=True)
    for name in ("tried", "difference", "worst entry", "autograd", "numeric", ""):
        rows.add_column(name, justify="right", no_wrap=True)
    for each in found:
        shown = each.wrong[:WORST] or each.entries[:1]
        for k, entry in enumerate(shown):
            about = (
                (each.name, " × ".join(map(str, each.shape)), _tried(each)) if k == 0 else [""] * 3
            )
            rows.add_row(
                *about,
                f"{entry.difference:.2g}",
                str(list(entry.index)),
                f"{entry.analytic + 0.0:.6g}" if each.used else "none",
                f"{entry.numeric + 0.0:.6g}",
                _remark(each, entry),
                style="bold red" if entry.wrong else None,
            )
    return rows


def _tried(each: Checked) -> str:
    tried = f"{len(each.entries):,}"
    return f"{tried} of {each.others + len(each.entries):,}" if each.others else tried


def _remark(each: Checked, entry: Entry) -> str:
    if entry.wrong:
        return "wrong"
    return "" if each.used else "unused"


def mistake(layer: str, found: Sequence[Checked], tolerance: float) -> str:
    """What is wrong with the gradients of a layer, of which at least one entry is."""
    # Rounded, so that of several by the same factor it is the first, a parameter.
    each = max(
        (each for each in found if each.wrong), key=lambda e: round(e.wrong[0].difference, 3)
    )
    worst = each.wrong[0]
    others = [other.name for other in found if other.wrong and other is not each]
    return (
        f"{layer}: the gradient of {worst} is wrong, autograd "
        + (f"says {worst.analytic:.6g}" if each.used else "gives none")
        + f" and finite differences {worst.numeric:.6g}, a relative difference of "
        f"{worst.difference:.2g} (tolerance {tolerance:g}); of {each.name} "
        f"{len(each.wrong)} of {len(each.entries)} entries are wrong{_factor(each)}"
        + (f", and so are entries of {', '.join(others)}" if others else "")
    )


def _factor(each: Checked) -> str:
    """By what the wrong entries are all too large, if they are."""
    ratios = [entry.analytic / entry.numeric for entry in each.wrong if entry.numeric != 0]
    if len(ratios) < 2 or len(ratios) < len(each.wrong) or not each.used:
        return ""
    factor = statistics.median(ratios)
    if any(abs(ratio - factor) > 1e-3 * abs(factor) for ratio in ratios):
        return ""
    return f", all by the factor {factor:.4g}"


def summary(layer: str, found: Sequence[Checked], tolerance: float) -> list[str]:
    """What a check comes to that found nothing wrong, a sentence a line."""
    entries = [entry for each in found for entry in each.entries]
    worst = max(entries, key=lambda entry: entry.difference)
    told = [
        f"{layer}: autograd and finite differences agree; the largest relative difference is "
        f"{worst.difference:.2g}, at {worst} (tolerance {tolerance:g})."
    ]
    others = sum(each.others for each in found if each.agree)
    if others:
        told.append(
            f"{len(entries):,} entries were tried one by one, {others:,} others all at once for "
            "each parameter (gradient_check.entries=null: each one by one)."
        )
    kinks = [entry for entry in entries if entry.kink]
    if kinks:
        told.append(
            f"{len(kinks)} of those tried, such as {kinks[0]}, lie at a kink of the cost, as a "
            "ReLU has it at 0: they agree with the slope on one side of it."
        )
    told += [
        f"{each.name} is unused: autograd gives it no gradient, and the output does not depend on "
        "it."
        for each in found
        if not each.used
    ]
    told += [
        f"The gradient of {each.name} is 0 at every entry that was tried, which says little; "
        "another seed makes other weights and inputs."
        for each in found
        if each.used and all(entry.analytic == entry.numeric == 0 for entry in each.entries)
    ]
    told += [
        f"{each.name}: the {each.others:,} others could not be judged all at once, as too many "
        "kinks lie near; gradient_check.entries=null tries each one by one."
        for each in found
        if not each.agree
    ]
    return told
