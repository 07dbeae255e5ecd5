"""Checks of the state of a data module."""

import math
from typing import Any

import pytest
import torch

from elman.data.state import check_numbers, check_state, check_texts


def test_a_right_state_passes() -> None:
    state = {"path": None, "read": 3, "share": 0.5, "words": ["a", "b"], "mean": [0, 1.5]}
    check_state(state, path=str | None, read=int, share=int | float)
    check_texts(state, "words")
    check_numbers(state, "mean")
    check_numbers({"scale": torch.ones(2)}, "scale", positive=True)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, "it has no 'path'"),
        ([], r"it is \[\], not a dict"),
        (torch.zeros(3), r"it is a tensor \(3,\), not a dict"),
        ({"path": 3}, "its 'path' is 3, not str"),
        ({"path": ["a"]}, r"its 'path' is \['a'\], not str"),
        ({"path": "a\ud800"}, "its 'path' has half a character"),
    ],
)
def test_a_wrong_type(state: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        check_state(state, path=str)


def test_true_is_no_number() -> None:
    with pytest.raises(ValueError, match="its 'read' is True, not int"):
        check_state({"read": True}, read=int)


@pytest.mark.parametrize("words", ["ab", [1], [""], ["a", None], ["a", "b", "a"], ["\udfff"], {}])
def test_wrong_texts(words: Any) -> None:
    with pytest.raises(ValueError, match="its 'words'"):
        check_texts({"words": words}, "words")


@pytest.mark.parametrize(
    "value", [None, "1", [None], [True], [[1.0]], math.nan, [math.inf], torch.tensor([math.nan])]
)
def test_wrong_numbers(value: Any) -> None:
    with pytest.raises(ValueError, match="its 'mean'"):
        check_numbers({"mean": value}, "mean")


@pytest.mark.parametrize("value", [0, -1.0, [1, 0], torch.zeros(2)])
def test_numbers_that_are_not_positive(value: Any) -> None:
    with pytest.raises(ValueError, match="its 'scale' must be a number greater than zero"):
        check_numbers({"scale": value}, "scale", positive=True)
