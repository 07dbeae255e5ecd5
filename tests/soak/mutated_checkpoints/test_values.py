"""Damaged and hostile values in checkpoints: missing, of other types, and far too large."""

import io
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch

pytestmark = pytest.mark.soak


def test_a_mutated_value_ends_in_a_sentence_or_loads(
    each_ends_well: Callable[..., None], mutant: Any
) -> None:
    def mutants(original: bytes, draw: random.Random, canary: Path) -> Iterator[Any]:
        checkpoint = torch.load(io.BytesIO(original), weights_only=True)
        targets, missing = specials(checkpoint, canary), deletions(checkpoint)
        draw.shuffle(targets)
        draw.shuffle(missing)
        while True:
            if missing:
                yield mutant(*deleted(checkpoint, missing.pop()))
            if targets:
                yield mutant(*changed(checkpoint, *targets.pop()))
            yield mutant(*replaced(checkpoint, draw))
            yield mutant(*replaced(checkpoint, draw))

    each_ends_well("values", mutants, 570)


Change = tuple[str, bytes, tuple[Any, ...]]  # what was changed, the checkpoint then, the place


def deletions(checkpoint: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The places of all keys, two levels deep."""
    inner = [
        (key, below)
        for key, value in checkpoint.items()
        if isinstance(value, dict)
        for below in value
    ]
    return [*((key,) for key in checkpoint), *inner]


def changed(checkpoint: dict[str, Any], place: tuple[Any, ...], value: object) -> Change:
    """With another value at a place."""
    other = deepcopy(checkpoint)
    inside(other, place[:-1])[place[-1]] = value
    return str(value)[:80], saved(other), place


def saved(checkpoint: Any) -> bytes:
    """The file of a checkpoint."""
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    return buffer.getvalue()


def deleted(checkpoint: dict[str, Any], place: tuple[Any, ...]) -> Change:
    """Without the key at a place."""
    other = deepcopy(checkpoint)
    del inside(other, place[:-1])[place[-1]]
    return "without", saved(other), place


def inside(node: Any, place: tuple[Any, ...]) -> Any:
    """What lies at a place."""
    for key in place:
        node = node[key]
    return node


def places(node: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places in a checkpoint."""
    if isinstance(node, dict | list):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield (*above, key)
            yield from places(node[key], (*above, key))


def replaced(checkpoint: dict[str, Any], draw: random.Random) -> Change:
    """Another value at a random place; each top-level key is as likely."""
    key = draw.choice(list(checkpoint))
    place = draw.choice([(key,), *places(checkpoint[key], (key,))])
    present = inside(checkpoint, place)
    value = draw.choice(others(present))()
    _, content, _ = changed(checkpoint, place, value)
    return f"{str(value)[:60]!r} instead of {str(present)[:60]!r}", content, place


def others(present: Any) -> list[Callable[[], Any]]:
    """Values to put where another one was."""
    deep: Any = []
    for _ in range(300):
        deep = [deep]
    loop: dict[str, Any] = {}
    loop["loop"] = loop
    values = [
        None, True, -1, 0, 1, 10**6, 10**9, 2**62, 10**30, -(10**12), 0.5, -2.5, 1e300,
        float("nan"), float("inf"), "", "x", "${oc.env:HOME}", "x" * 10**6, "\ud800", [], {},
        [1, "a"], {"a": 1}, {1: 2}, {"_target_": "os.mkdir", "path": "canary"},
        {"_target_": "elman.RNN"},
        {"_partial_": True}, torch.tensor(1.0), torch.zeros(0), loop, ["x"] * 100_000,
    ]  # fmt: skip
    makers = [lambda value=value: value for value in values] + [lambda: nested(300)]
    if isinstance(present, torch.Tensor):
        x = present
        makers += [
            lambda: torch.full(x.shape, float("nan")), lambda: torch.full(x.shape, float("inf")),
            lambda: torch.zeros((*x.shape, 2)), lambda: x.flatten()[:-1] + 0,
            lambda: x.to(torch.complex64), x.double, x.char, x.half, x.to_sparse, x.bool,
            lambda: torch.zeros(1).expand(10**6, 10**6),
        ]  # fmt: skip
        makers += makers[-11:] * 2
    return makers


def nested(depth: int) -> Any:
    """A dictionary in a dictionary in a …."""
    node: dict[str, Any] = {}
    for _ in range(depth):
        node = {"a": node}
    return node


def specials(checkpoint: dict[str, Any], canary: Path) -> list[tuple[tuple[Any, ...], Any]]:
    """Changes that are worth a try, whatever chance draws."""
    hostile = {"_target_": "os.mkdir", "path": str(canary)}
    changes: list[tuple[tuple[Any, ...], Any]] = [
        (("state_dict",), []), (("state_dict",), {}), (("state_dict",), None),
        (("version",), 3), (("version",), 10**9), (("version",), "2"), (("version",), None),
    ]  # fmt: skip
    for part in ("network", "data", "training", "objective"):
        described = checkpoint[part]
        changes += [
            ((part,), hostile), ((part,), nested(300)), ((part, "_target_"), "os.mkdir"),
            ((part, "_target_"), 7), ((part, "_target_"), ["elman.RNN"]),
            ((part, "_args_"), [1, 2]),
            ((part, "_partial_"), "yes"), ((part, "_recursive_"), False),
            ((part, "_convert_"), "x"),
            ((part, "_target_"), "elman.networks.FeedforwardNetwork"), ((part, "nosuch"), 1),
            ((part, "_target_"), "elman.tasks.digits.data.DigitData"), ((part, 3), 1),
            ((part, "_target_"), "elman.RNN"), ((part, "_target_"), "elman.data.module.DataModule"),
            ((part, "_partial_"), not described.get("_partial_", False)),
        ]  # fmt: skip
        for place in places(described, (part,)):
            if isinstance(inside(checkpoint, place), int):
                changes += [(place, value) for value in (-1, 0, 10**6, 10**9, 2**62, 10**30)]
            elif isinstance(inside(checkpoint, place), str):
                changes += [(place, f"${{oc.create:{hostile}}}"), (place, hostile)]
            elif isinstance(inside(checkpoint, place), dict):
                changes += [((*place, "_partial_"), True), ((*place, "num_layers"), 10**6)]
    for key in checkpoint["state_dict"]:
        changes += [(("state_dict", key), float("nan")), (("state_dict", key), [[1.0]])]
    return changes
