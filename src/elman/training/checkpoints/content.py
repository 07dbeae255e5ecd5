"""What a checkpoint holds, checked before anything is built from it.

A file may come from a stranger, be written by another program, or have been changed on its way. So
each value is checked for what the training of this package writes: the place, the type, the range.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from elman.data.state import check_printable, shown
from elman.training.checkpoints.migrations import VERSION
from elman.training.checkpoints.trust import DESCRIBED

RESUMED = ("optimizer", "scheduler", "trainer")  # configurations that a resumed training compares
MAX_DEPTH = 20  # of a configuration
MAX_VALUES = 10_000  # in a configuration
MAX_TEXT = 100_000  # characters in a text of a configuration, such as an alphabet
MAX_INT = 2**63 - 1


def check_content(file: Path, checkpoint: object) -> None:
    """Checks the configurations and the weights of a checkpoint.

    Raises:
        ValueError: one is missing, or is not what the training of this package writes. The message
            names the file and the key.
    """
    foreign = f"checkpoint: {file} was not written by the training of this package"
    if not isinstance(checkpoint, dict):
        raise ValueError(f"{foreign}: it holds {shown(checkpoint)}")
    for key in (*DESCRIBED, "state_dict"):
        if key not in checkpoint:
            raise ValueError(f"{foreign}: it has no {key!r}")
    for key in (*DESCRIBED, *RESUMED, "state_dict"):
        if not isinstance(checkpoint.get(key, {}), dict):
            raise ValueError(f"{foreign}: its {key!r} is {shown(checkpoint[key])}")
    version = checkpoint.get("version", 1)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION:
        raise ValueError(
            f"checkpoint: {file} has version {shown(version)}; this version of elman reads 1 to "
            f"{VERSION}"
        )
    for key in (*DESCRIBED, *RESUMED):
        _check_plain(f"checkpoint: {file}", key, checkpoint.get(key, {}))
    check_tensors(f"checkpoint: {file}: state_dict", checkpoint["state_dict"])


def _check_plain(source: str, place: str, configuration: dict[Any, Any]) -> None:
    """Raises ValueError unless a configuration consists of plain values of usual sizes."""
    waiting: list[tuple[str, Any, int]] = [(place, configuration, 1)]
    for count, (key, value, depth) in enumerate(waiting, 1):  # grows within the loop
        if depth > MAX_DEPTH or count > MAX_VALUES:
            raise ValueError(
                f"{source}: {place} is deeper than {MAX_DEPTH} or holds more than {MAX_VALUES:,} "
                "values"
            )
        if isinstance(value, dict):
            if wrong := [name for name in value if not isinstance(name, str)]:
                raise ValueError(f"{source}: {key} has the key {shown(wrong[0])}, not a text")
            waiting += [(f"{key}.{name}", each, depth + 1) for name, each in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{key}[{n}]", each, depth + 1) for n, each in enumerate(value)]
        elif isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise ValueError(f"{source}: {key} has more than {MAX_TEXT:,} characters")
            check_printable(f"{source}: {key}", value)
        elif not isinstance(value, bool | int | float | None) or (
            isinstance(value, int) and abs(value) > MAX_INT
        ):
            raise ValueError(f"{source}: {key} is {shown(value)}; only plain values are allowed")


def check_tensors(place: str, tensors: Mapping[Any, Any]) -> None:
    """Checks that tensors by name are dense and have real, finite values.

    Raises:
        ValueError: one is not; the message begins with the `place` and names it.
    """
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise ValueError(f"{place} has {shown(tensor)} for {name!r}, not a tensor")
        problem = _problem(tensor)
        if problem:
            raise ValueError(f"{place} has {problem} in {name!r}")


def _problem(tensor: Tensor) -> str:
    """What is wrong with a tensor; empty if nothing is."""
    if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex():
        return f"a tensor of layout {tensor.layout} and type {tensor.dtype}"
    # One stored number can stand for any number of elements, which a copy would all write.
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        return f"a tensor {tuple(tensor.shape)} of which not all elements are stored"
    if not torch.isfinite(tensor).all():
        return "values that are not finite"
    return ""


def check_finite(place: str, value: Any) -> None:
    """Checks that all numbers in lists, dicts and tensors are finite.

    Raises:
        ValueError: one is not; the message begins with its place.
    """
    waiting: list[tuple[str, Any, int]] = [(place, value, 1)]
    for key, each, depth in waiting:  # grows within the loop
        if depth > MAX_DEPTH:
            raise ValueError(f"{place} is deeper than {MAX_DEPTH}")
        if isinstance(each, dict | list):
            inner = each.items() if isinstance(each, dict) else enumerate(each)
            waiting += [(f"{key}.{name}", one, depth + 1) for name, one in inner]
        elif isinstance(each, Tensor) and (problem := _problem(each)):
            raise ValueError(f"{key} has {problem}")
        elif isinstance(each, float) and not math.isfinite(each):
            raise ValueError(f"{key} is {each}")
