import re
from dataclasses import dataclass
from typing import Any

import pytest
from omegaconf import OmegaConf

from elman.checks import check_size
from elman.cli.values import read_values


@dataclass(frozen=True)
class Inner:
    """A group of values."""

    size: int
    step: float

    def __post_init__(self) -> None:
        check_size("inner.size", self.size)


@dataclass(frozen=True)
class Outer:
    """The values of a script."""

    checkpoint: str
    prompt: str | None
    length: int
    temperature: float
    test: bool
    trust: list[str]
    sizes: list[list[int]]
    only: list[str] | None
    data: dict[str, Any]
    inner: Inner


PLAIN: dict[str, Any] = {
    "checkpoint": "run",
    "prompt": None,
    "length": 3,
    "temperature": 0.5,
    "test": False,
    "trust": [],
    "sizes": [[1, 2]],
    "only": None,
    "data": {"path": None, "_target_": "torch.nn.Identity"},
    "inner": {"size": 4, "step": 1e-5},
}


def read(**changes: Any) -> Outer:
    return read_values(Outer, OmegaConf.create({**PLAIN, **changes}))


def test_values_have_the_types_of_their_fields() -> None:
    assert read() == Outer(**{**PLAIN, "inner": Inner(4, 1e-5)})
    given = read(checkpoint=4, prompt=99, temperature=1, test=True, inner={"size": 1, "step": 1})
    assert (given.checkpoint, given.prompt, given.test) == ("4", "99", True)
    assert isinstance(given.temperature, float)
    assert isinstance(given.inner.step, float)


def test_a_single_value_is_a_list_of_one() -> None:
    assert read(trust="mylib").trust == ["mylib"]
    assert read(only="a").only == ["a"]


def test_references_to_other_values_are_followed() -> None:
    assert read(length="${inner.size}").length == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"length": "many"}, "length must be an int, got 'many'"),
        ({"length": 1e30}, "length must be an int, got 1e+30"),
        ({"length": True}, "length must be an int, got True"),
        ({"length": None}, "length must be an int, got None"),
        ({"length": [1]}, "length must be an int, got [1]"),
        ({"temperature": "hot"}, "temperature must be a finite number, got 'hot'"),
        ({"temperature": float("nan")}, "temperature must be a finite number, got nan"),
        ({"test": "maybe"}, "test must be true or false, got 'maybe'"),
        ({"prompt": ["a"]}, "prompt must be a text or null, got ['a']"),
        ({"checkpoint": None}, "checkpoint must be a text, got None"),
        ({"checkpoint": "???"}, "checkpoint is missing; give checkpoint=…"),
        ({"checkpoint": 1.5}, "checkpoint must be a text, got 1.5"),
        ({"checkpoint": True}, "checkpoint must be a text, got True"),
        ({"trust": float("inf")}, "trust must be a list of texts, got inf"),
        ({"trust": [None]}, "trust must be a list of texts, got [None]"),
        ({"sizes": [1, 2]}, "sizes must be a list of lists of ints, got [1, 2]"),
        ({"sizes": [[1, "a"]]}, "sizes must be a list of lists of ints, got [[1, 'a']]"),
        ({"trust": [["a"]]}, "trust must be a list of texts, got [['a']]"),
        ({"only": {"a": 1}}, "only must be a list of texts or null, got {'a': 1}"),
        ({"data": 3}, "data must be a group of values, got 3"),
        ({"inner": 3}, "inner must be a group of values, got 3"),
        ({"inner": None}, "inner must be a group of values, got None"),
        ({"inner": {"size": 4}}, "inner.step is missing; give inner.step=…"),
        ({"inner": {"size": "x", "step": 1}}, "inner.size must be an int, got 'x'"),
        ({"inner": {"size": 0, "step": 1}}, "inner.size must be greater than zero, got 0"),
        ({"lenght": 3}, "lenght: there is no such key; did you mean length?"),
        (
            {"inner": {"size": 4, "step": 1, "xyz": 0}},
            "inner.xyz: there is no such key; there are size, step",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}$"):
        read(**changes)
