"""What a checkpoint holds: every part missing, of another type, or out of range."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from elman.training.checkpoints.checkpoint import find_checkpoint, restore
from elman.training.checkpoints.content import MAX_TEXT, MAX_VALUES, check_content

FILE = Path("best.ckpt")
WEIGHT = "network.rnn.cells.0.V"


def checkpoint() -> dict[str, Any]:
    """The parts that every checkpoint has."""
    part = {"_target_": "elman.RNN", "size": 3, "words": ["a"], "inner": {"flag": True}}
    parts = {name: copy.deepcopy(part) for name in ("network", "data", "training", "objective")}
    return {**parts, "state_dict": {WEIGHT: torch.zeros(2, 2)}, "version": 2}


def nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = {}
    for _ in range(depth):
        node = {"a": node}
    return node


def loop() -> dict[str, Any]:
    node: dict[str, Any] = {}
    node["a"] = node
    return node


def test_a_right_checkpoint_passes() -> None:
    check_content(FILE, checkpoint())
    first = checkpoint()
    del first["version"]  # of the first version
    check_content(FILE, first)


@pytest.mark.parametrize("key", ["network", "data", "training", "objective", "state_dict"])
@pytest.mark.parametrize("value", [None, [], "x", 3, torch.zeros(2)])
def test_a_part_that_is_no_dict_or_missing(key: str, value: Any) -> None:
    foreign = r"^checkpoint: best\.ckpt was not written by the training of this package: it"
    with pytest.raises(ValueError, match=rf"{foreign}s '{key}' is "):
        check_content(FILE, {**checkpoint(), key: value})
    without = checkpoint()
    del without[key]
    with pytest.raises(ValueError, match=rf"{foreign} has no '{key}'"):
        check_content(FILE, without)


@pytest.mark.parametrize("version", [None, 0, 3, 10**9, "2", True, 2.0])
def test_an_unknown_version(version: Any) -> None:
    with pytest.raises(ValueError, match=r"best\.ckpt has version .*; this version of elman reads"):
        check_content(FILE, {**checkpoint(), "version": version})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (torch.zeros(3), r"network\.size is a tensor \(3,\); only plain values"),
        ((1, 2), r"network\.size is \(1, 2\); only plain values"),
        (10**30, r"network\.size is 1000.*; only plain values"),
        ({1: 2}, r"network\.size has the key 1, not a text"),
        ("x" * (MAX_TEXT + 1), r"network\.size has more than 100,000 characters"),
        ("\ud800", r"network\.size has half a character"),
        (list(range(MAX_VALUES + 1)), r"network is deeper than 20 or holds more than 10,000"),
        (nested(30), r"network is deeper than 20"),
        (loop(), r"network is deeper than 20"),
        ([[[loop()]]], r"network is deeper than 20"),
    ],
)
@pytest.mark.parametrize("part", ["network", "optimizer"])
def test_configurations_hold_plain_values(part: str, value: Any, message: str) -> None:
    changed = checkpoint()
    changed[part] = {"size": value}
    with pytest.raises(
        ValueError, match=f"^checkpoint: best.ckpt: {message.replace('network', part)}"
    ):
        check_content(FILE, changed)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (torch.tensor([1.0, float("nan")]), "values that are not finite"),
        (torch.tensor([1.0, float("-inf")]), "values that are not finite"),
        (
            torch.zeros(2, dtype=torch.complex64),
            "a tensor of layout torch.strided and type torch.c",
        ),
        (torch.eye(2).to_sparse(), "a tensor of layout torch.sparse"),
        (torch.zeros(1).expand(10**6, 10**6), r"a tensor \(1000000, 1000000\) of which not all"),
        ([[1.0]], r"\[\[1.0\]\] for .*, not a tensor"),
        (None, r"None for .*, not a tensor"),
    ],
)
def test_weights_are_dense_real_and_finite(weight: Any, message: str) -> None:
    changed = checkpoint()
    changed["state_dict"][WEIGHT] = weight
    with pytest.raises(ValueError, match=f"best.ckpt: state_dict has {message}") as error:
        check_content(FILE, changed)
    assert WEIGHT in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c: c["network"]["rnn"].update(num_layers=1000),
            "network: it has more than .* layers",
        ),
        (
            lambda c: c["network"]["rnn"].update(num_layers=2**62),
            "network: num_layers must be at most",
        ),
        (
            lambda c: c["network"]["rnn"].update(num_layers=-1),
            "network: num_layers must be greater",
        ),
        (lambda c: c["network"].update(hidden_size=10**9), r"another network: network\..* is \("),
        (lambda c: c["network"]["rnn"].update(device="cpu", bias=3), "network: bias must be True"),
        (lambda c: c["network"].update(rnn=7), "network: .*not callable"),
        (
            lambda c: c["network"].update(nosuch=7),
            "network: .*unexpected keyword argument 'nosuch'",
        ),
        (
            lambda c: c["network"].update(_target_="elman.tasks.language.data.CharacterData"),
            "network: ",
        ),
        (lambda c: c["network"].update(_target_="os.mkdir"), r"network names 'os\.mkdir'"),
        (
            lambda c: c["data"].update(_partial_=True),
            "data: it describes a ",
        ),
        (lambda c: c["data"].update(batch_size=0), r"data: data\.batch_size must be greater"),
        (lambda c: c["objective"].update(_target_="elman.RNN"), "objective: "),
        (lambda c: c["training"].update(look_back=-1), r"training: training\.look_back must be"),
        (lambda c: c["training"].update(_partial_=False), "training: "),
        (lambda c: c.pop("CharacterData"), "CharacterData: the state of the data is missing"),
        (lambda c: c.update(CharacterData=[]), "CharacterData: it must be a dict"),
        (lambda c: c["CharacterData"].pop("vocabulary"), "CharacterData: it has no 'vocabulary'"),
        (lambda c: c["CharacterData"].update(vocabulary=3), "CharacterData: its 'vocabulary' is 3"),
        (
            lambda c: c["CharacterData"].update(vocabulary="aab"),
            r"another network: .* is \(\d+, 8\)",
        ),
        (lambda c: c["CharacterData"].update(test="x"), "CharacterData: its 'test' is 'x'"),
        (lambda c: c["CharacterData"].update(path=["x"]), "CharacterData: its 'path' is"),
        (lambda c: c["state_dict"].pop("network.readout.c"), r"they have no network\.readout\.c"),
        (lambda c: c["state_dict"].update({"network.x": torch.zeros(1)}), r"has no network\.x"),
        (
            lambda c: c["state_dict"].update({WEIGHT: torch.zeros(16, 16, dtype=torch.int8)}),
            rf"{WEIGHT} is torch\.int8, not torch\.float32",
        ),
    ],
)
def test_whatever_is_wrong_the_file_and_the_part_are_named(
    run: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    path = find_checkpoint("checkpoint", run)
    content = torch.load(path, weights_only=True)
    change(content)
    torch.save(content, path)
    with pytest.raises(ValueError, match=rf"^checkpoint: .*best\.ckpt.*{message}"):
        restore(path)
