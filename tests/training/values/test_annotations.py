from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Optional, Union

import pytest
import torch
from torch import nn

from elman.training.values.annotations import accepts, hints_of, in_words

OBJECT = {"_target_": "torch.nn.Tanh"}
VALUES = ("text", "", -1, 0, 1.5, True, None, [], [1, 2], ["a"], {"a": 1}, OBJECT)


@pytest.mark.parametrize(
    ("hint", "accepted", "words"),
    [
        (int, [-1, 0], "an int"),
        (float, [-1, 0, 1.5], "a finite number"),
        (bool, [True], "true or false"),
        (str, ["text", ""], "a text"),
        (int | None, [-1, 0, None], "an int or null"),
        (Optional[int], [-1, 0, None], "an int or null"),  # noqa: UP045
        (Literal["text", 1], ["text"], "text or 1"),
        (Literal["a", "b", "text"], ["text"], "one of a, b, text"),
        (Sequence[int], [[], [1, 2], OBJECT], "a list of ints"),
        (list[str], [[], ["a"], OBJECT], "a list of texts"),
        (tuple[float, float], [[1, 2], OBJECT], "2 finite numbers"),
        (Union[str, Path], ["text", "", OBJECT], "a text or an object: {_target_: …}"),  # noqa: UP007
        (dict[str, int], [{"a": 1}, OBJECT], "a group of values"),
        (Mapping[str, Any], [{"a": 1}, OBJECT], "a group of values"),
        (Callable[[int], int], [OBJECT], "an object: {_target_: …}"),
        (nn.Module, [OBJECT], "an object: {_target_: …}"),
        (torch.dtype | None, [None, OBJECT], "an object: {_target_: …} or null"),
        (Any, list(VALUES), "an object: {_target_: …}"),
    ],
)
def test_values_of_a_type(hint: Any, accepted: list[Any], words: str) -> None:
    found = [value for value in VALUES if accepts(hint, value)]
    assert list(map(repr, found)) == list(map(repr, (v for v in VALUES if _among(v, accepted))))
    assert in_words(hint) == words


def _among(value: object, accepted: list[Any]) -> bool:
    return any(type(value) is type(each) and value == each for each in accepted)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_is_finite(number: float) -> None:
    assert not accepts(float, number)
    assert not accepts(int | float | None, number)
    assert not accepts(Sequence[float], [1.0, number])


def test_the_hints_of_a_class_include_those_it_inherits() -> None:
    class Base:
        def __init__(self, first: int, second: str) -> None: ...

    class Derived(Base):
        def __init__(self, third: bool, **others: Any) -> None: ...

    hints = hints_of(Derived)
    assert (hints["first"], hints["second"], hints["third"]) == (int, str, bool)
