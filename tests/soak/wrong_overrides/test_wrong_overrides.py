"""Wrong values on the command line of every script."""

import inspect
import math
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import get_object
from omegaconf import DictConfig, OmegaConf

pytestmark = pytest.mark.soak

CONF = Path(__file__).parents[3] / "conf"
COUNT = round(500 * float(os.environ.get("SOAK", "1")))
LIMIT = 15  # s
# What a sentence says of the values that are right.
ALLOWED = re.compile(
    r"must|Available options|did you mean|there is no|Could not override|has no|missing|allowed|"
    r"needs"
)

# Values for every key; which of them are wrong, its type and its range decide.
VALUES: dict[str, object] = {
    "nosuch": "nosuch",
    "''": "",
    "-1": -1,
    "-0.5": -0.5,
    "0": 0,
    "1.5": 1.5,
    "1e30": 1e30,
    "1000000000000": 10**12,
    "nan": math.nan,
    "inf": math.inf,
    "true": True,
    "null": None,
    "[]": [],
    "[nan]": [math.nan],
    "[-1]": [-1],
    "[nosuch]": ["nosuch"],
    "{a: 1}": {"a": 1},
}


class Leaf(NamedTuple):
    """A key of a configuration.

    Attributes:
        key: as on the command line.
        kind: the type of its values, as annotated where it is used; None: as its present value.
        value: its present value.
        given: whether the configuration has the key; otherwise it needs a plus sign.
    """

    key: str
    kind: Any
    value: object
    given: bool = True


def _leaves(config: DictConfig) -> Iterator[Leaf]:
    """All keys of a configuration, and the further arguments of the classes that it names."""

    def walk(node: dict[str, Any], place: str) -> Iterator[Leaf]:
        kinds = _annotations(node["_target_"]) if "_target_" in node else {}
        for name, value in node.items():
            if isinstance(value, dict):
                yield from walk(value, f"{place}{name}.")
            else:
                yield Leaf(f"{place}{name}", kinds.get(name), value)
        for name in sorted(kinds.keys() - node.keys()):
            yield Leaf(f"{place}{name}", kinds[name], None, given=False)

    yield from walk(OmegaConf.to_container(config), "")  # type: ignore[arg-type]


def _annotations(target: str) -> dict[str, Any]:
    """The types of the arguments of a class or function that can be given on a command line."""
    built = get_object(target)
    kinds: dict[str, Any] = {}
    for taker in reversed(built.__mro__) if isinstance(built, type) else [built]:
        function = vars(taker).get("__init__", None) if isinstance(taker, type) else taker
        if not inspect.isfunction(function):
            continue
        try:
            hints = get_type_hints(function)
        except (NameError, TypeError):
            continue
        parameters = inspect.signature(function).parameters.values()
        if not any(each.kind is each.VAR_KEYWORD for each in parameters):
            kinds = {}
        named = [each.name for each in parameters if each.kind in (1, 3)]
        kinds |= {name: hints[name] for name in named if name in hints}
    return kinds


def _is_right(leaf: Leaf, value: object) -> bool:
    """Whether a value has the type and lies in the range of the key."""
    if leaf.key in ("text", "prompt"):
        return value != ""  # anything else is this text
    if value is None and leaf.kind is None and (leaf.value is None or leaf.key in MAY_BE_NULL):
        return True  # a script's own key that may be null
    if leaf.kind is not None:
        right = _has_type(value, leaf.kind)
    elif isinstance(leaf.value, str) and isinstance(value, int):
        return not isinstance(value, bool)  # an int is the text of a script's own key
    elif leaf.value is None:
        right = isinstance(value, OWN.get(leaf.key, str)) and not isinstance(value, bool)
    else:
        right = _has_type(value, type(leaf.value))
    return right and all(_in_range(leaf.key, each) for each in _elements(leaf.key, value))


def _elements(key: str, value: object) -> list[object]:
    if not isinstance(value, list):
        return [value]
    return value or ([] if key.rsplit(".", maxsplit=1)[-1] in MAY_BE_EMPTY else ["nosuch"])


def _has_type(value: object, kind: Any) -> bool:  # noqa: PLR0911
    """Whether a value from the command line is of an annotated type."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(_has_type(value, each) for each in get_args(kind))
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in get_args(kind))
    if kind in (None, NoneType):
        return value is None
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in (str, Path):
        return isinstance(value, str)
    if kind in (bool, list):
        return isinstance(value, kind)
    if origin in (list, Sequence):
        return isinstance(value, list) and all(_has_type(v, get_args(kind)[0]) for v in value)
    return False  # an object, which no single value makes


def _in_range(key: str, value: object) -> bool:
    """Whether a value of the right type is right for the key."""
    name = key.rsplit(".", maxsplit=1)[-1]
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        return name in CAPTIONS or (value != "" and (key in FREE_TEXT or name in FREE_TEXT))
    if not isinstance(value, int | float):
        return False
    low, high = RANGES.get(key) or RANGES.get(name) or RANGES["default"]
    return low <= value <= high


# The ranges of numbers, by the key or its last part. Where a value is neither surely right nor
# surely wrong, such as a very large number of epochs, it counts as right: it is not drawn.
RANGES: dict[str, tuple[float, float]] = {
    "default": (1e-12, 1e9),
}
NOT_NEGATIVE = (
    *("dropout", "word_dropout", "label_smoothing", "shift", "momentum", "weight_decay", "warmup"),
    *("random_crop", "speed_perturbation", "vocal_tract_perturbation", "context", "permutation"),
    *("pulse", "weight", "example", "length_penalty", "eps", "limit_val_batches"),
    *("limit_test_batches", "limit_predict_batches", "overfit_batches", "refresh_rate"),
    *("reload_dataloaders_every_n_epochs", "examples", "images", "max_time"),
)
RANGES |= dict.fromkeys(NOT_NEGATIVE, (0, 1000000000.0))
FRACTIONS = ("dropout", "word_dropout", "label_smoothing", "warmup", "random_crop", "pulse")
RANGES |= dict.fromkeys(FRACTIONS, (0, 1))
ANY_COUNT = (
    *("max_epochs", "min_epochs", "min_steps", "log_every_n_steps", "check_val_every_n_epoch"),
    *("patience", "refresh_rate", "batches", "every_n_epochs", "every_n_train_steps"),
    *("flush_logs_every_n_steps", "accumulate_grad_batches", "val_check_interval"),
    *("limit_train_batches", "limit_val_batches", "limit_test_batches", "limit_predict_batches"),
    *("overfit_batches", "fast_dev_run", "reload_dataloaders_every_n_epochs", "examples", "images"),
    *("max_steps", "look_back", "top", "steps", "num_sanity_val_steps", "save_top_k", "recompute"),
    *("gradient_clip_val", "minutes", "context", "shift", "min_count", "combination_size"),
    *("max_words", "maximum_length", "columns", "entries", "every_minutes"),
)
for _name in ANY_COUNT:
    RANGES[_name] = (RANGES.get(_name, RANGES["default"])[0], math.nextafter(1e30, 0))
RANGES["every_minutes"] = (1e-12, 1e31)
RANGES |= {
    "gradient_check.step": (1e-12, 1),
    "seed": (0, 2**32 - 1),
    "seeds": (0, 2**32 - 1),
    "torch_seeds": (0, 2**32 - 1),
    "permutation": (0, 2**63),
    "version": (0, 1e30),
    "temperature": (1e-12, math.inf),
    "callbacks.omega.weight": (1e-12, math.inf),
    "max_steps": (-1, 1e29),
    "fast_dev_run": (0, 1e29),
    "num_sanity_val_steps": (-1, 1e29),
    "save_top_k": (-1, 1e29),
    "devices": (-1, 1),
    "num_nodes": (1, 1),
    "snr": (-1e9, 1e9),
    "weight_decay": (0, 1e9),
    "length_penalty": (0, 1e9),
    "coverage": (1e-9, 1 - 1e-9),
    "speed_perturbation": (0, 1 - 1e-9),
    "vocal_tract_perturbation": (0, 1 - 1e-9),
}
# Texts that need not be one of a few names.
FREE_TEXT = {
    *(
        "filename",
        "dirpath",
        "run",
        "folder",
        "save_dir",
        "root_dir",
        "sub_dir",
        "default_root_dir",
    ),
    *("name", "version", "prefix", "project", "alphabet", "directory", "output", "output_dir"),
    *("text", "prompt", "attention", "pictures", "task", "published", "source", "family"),
    *("trust", "words", "logger.csv.version", "model_registry", "val_check_interval", "max_time"),
}
CAPTIONS = ("task", "published", "source", "family")  # of a row in a table
MAY_BE_NULL = ("output", "text", "only", "data.path")
MAY_BE_EMPTY = {"trust", "snr", "torch_seeds", "examples", "overrides"}
# The types of the scripts' own keys whose present value is null.
OWN: dict[str, type | UnionType] = {
    "beam_width": int,
    "maximum_length": int,
    "length_penalty": int | float,
    "examples": int,
    "data.header": bool,
    "gradient_check.entries": int,
    "gradient_check.arguments": list | dict,
    "gradient_check.input": list,
    "only": list,
}


def _wrong_overrides(
    command: Any, config: DictConfig, chosen: random.Random
) -> Iterator[tuple[str, str]]:
    """Wrong overrides without end, with the key that the sentence must name."""
    leaves = [leaf for leaf in _leaves(config) if not leaf.key.startswith("hydra.")]
    groups = [path.name for path in CONF.iterdir() if path.is_dir() and path.name != "hydra"]
    used = [name for name in groups if name in _groups(command)]
    while True:
        kind = chosen.random()
        if kind < 0.06 and used:
            group = chosen.choice(used)
            yield f"{group}=nosuch", group
        elif kind < 0.12:
            beside = chosen.choice(leaves).key.rpartition(".")[0]
            yield f"{beside}.nosuch=1" if beside else "nosuch=1", "nosuch"
        elif kind < 0.18 and (nodes := [leaf for leaf in leaves if leaf.key.endswith("_target_")]):
            beside = chosen.choice(nodes).key.rpartition(".")[0]
            yield f"+{beside}.nosuch=1", "nosuch"
        else:
            leaf = chosen.choice(leaves)
            text, value = chosen.choice(list(VALUES.items()))
            if not _is_right(leaf, value):
                yield f"{'' if leaf.given else '+'}{leaf.key}={text}", leaf.key.split(".")[-1]


def _groups(command: str) -> set[str]:
    """The groups of the defaults of a script, the optional ones too."""
    defaults = OmegaConf.to_container(OmegaConf.load(CONF / f"{command}.yaml"))["defaults"]  # type: ignore[call-overload,index]
    keys = [key for entry in defaults if isinstance(entry, dict) for key in entry]
    return {key.removeprefix("optional ") for key in keys if not key.startswith("override")}


def test_each_wrong_value_ends_with_one_sentence(
    run_script: Callable[..., Any],
    commands: list[tuple[str, tuple[str, ...]]],
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> None:
    chosen = random.Random(16)  # noqa: S311
    drawn: dict[str, list[Iterator[tuple[str, str]]]] = {}
    arguments = {}
    for script, given in commands:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            own = [each for each in given if not each.startswith("hydra.")]
            config = compose(script, overrides=[_quoted(each) for each in own])
        source = _wrong_overrides(script, config, chosen)
        drawn.setdefault(script, []).append(source)
        arguments[source] = given
    # Half of the overrides are for training, the others for the other scripts in turn.
    others = [source for script, [source, *_] in drawn.items() if script != "train"]
    faults, slowest, seen = [], 0.0, set()
    while len(seen) < COUNT:
        source = chosen.choice(drawn["train"] if len(seen) % 2 else others)
        override, key = next(source)
        script = next(name for name, sources in drawn.items() if source in sources)
        if (script, override) in seen:
            continue
        seen.add((script, override))
        given = [each for each in arguments[source] if each.split("=")[0] != override.split("=")[0]]
        shutil.rmtree(tmp_path / "run", ignore_errors=True)  # of a training that was accepted
        ended = run_script(script, *given, override, seconds=LIMIT)
        slowest = max(slowest, ended.seconds)
        if fault := _fault(ended, key):
            faults.append(f"{script}.py {given[0]} {override}: {fault}")
            if log := os.environ.get("WRONG_OVERRIDES"):
                with Path(log).open("a") as file:
                    file.write(f"{faults[-1]}\n")
    record_property(
        "figure",
        f"wrong overrides: {len(seen)} drawn, {len(seen) - len(faults)} ended with one sentence; "
        f"the slowest took {slowest:.1f} s",
    )
    assert not list(tmp_path.glob("*/checkpoints/*.ckpt.*"))
    assert not faults, "\n".join(faults)


def _quoted(argument: str) -> str:
    key, _, value = argument.partition("=")
    return f"{key}='{value}'" if key in ("text", "image", "audio") else argument


def _fault(ended: Any, key: str) -> str | None:  # noqa: PLR0911
    """What is wrong with how the script ended; None: nothing."""
    sentence = ended.errors.strip()
    if ended.code is None:
        return f"not done after {LIMIT} s"
    if "Traceback" in sentence:
        return f"a traceback: {sentence.splitlines()[-1][:200]}"
    if ended.code == 0:
        return "accepted"
    if ended.code not in (1, 2):
        return f"exit code {ended.code}: {sentence[-200:]}"
    lines = [line for line in sentence.splitlines() if not line.startswith("warning: ")]
    if len(lines) != 1 or not lines[0].startswith("error: "):
        return f"not one sentence: {sentence[:300]}"
    if not re.search(rf"\b{re.escape(key)}\b", lines[0]):
        return f"does not name {key}: {lines[0][:300]}"
    if not ALLOWED.search(lines[0]):
        return f"does not say what is allowed: {lines[0][:300]}"
    return None
