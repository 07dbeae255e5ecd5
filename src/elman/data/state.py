"""Checks of the state that a data module has in a checkpoint, which may come from a stranger."""

import reprlib
from collections.abc import Mapping
from types import UnionType
from typing import Any

from torch import Tensor

from elman.checks import check_positive

SHOWN = reprlib.Repr()
SHOWN.maxstring = SHOWN.maxother = 120  # characters


def check_state(state: Mapping[str, Any], **kinds: type | UnionType) -> None:
    """Checks that a state has values of these types.

    Raises:
        ValueError: a value is missing, has another type, or is a text that cannot be printed.
    """
    if not isinstance(state, Mapping):
        raise ValueError(f"it is {shown(state)}, not a dict")
    for key, kind in kinds.items():
        if key not in state:
            raise ValueError(f"it has no {key!r}")
        value = state[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ValueError(f"its {key!r} is {shown(value)}, not {_name(kind)}")
        if isinstance(value, str):
            check_printable(f"its {key!r}", value)


def check_texts(state: Mapping[str, Any], key: str) -> None:
    """Raises ValueError unless `state[key]` is a list of different texts, none of them empty."""
    check_state(state, **{key: list})
    texts = state[key]
    for text in texts:
        if not isinstance(text, str) or not text:
            raise ValueError(f"its {key!r} has {shown(text)}, not a text")
        check_printable(f"its {key!r}", text)
    if len(set(texts)) < len(texts):
        raise ValueError(f"its {key!r} has a text twice")


def check_numbers(state: Mapping[str, Any], key: str, positive: bool = False) -> None:
    """Raises ValueError unless `state[key]` is a finite number, or a list or tensor of them."""
    check_state(state, **{key: int | float | list | Tensor})
    value = state[key]
    numbers = value.flatten().tolist() if isinstance(value, Tensor) else value
    for number in numbers if isinstance(numbers, list) else [numbers]:
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not is_number or not abs(number) < float("inf"):
            raise ValueError(f"its {key!r} has {shown(number)}, not a finite number")
        if positive:
            check_positive(f"its {key!r}", number)


def check_printable(place: str, text: str) -> None:
    """Raises ValueError, which names the `place`, if a text has a half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{place} has half a character: {shown(text)}") from error


def shown(value: object) -> str:
    """A value in a message, shortened."""
    return f"a tensor {tuple(value.shape)}" if isinstance(value, Tensor) else SHOWN.repr(value)


def _name(kind: type | UnionType) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)
