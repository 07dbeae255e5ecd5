"""Types of arguments, as annotated: whether a value has one, and how to call it."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from inspect import getmro, isclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

# One value of a type, and several.
IN_WORDS = {
    int: ("an int", "ints"),
    float: ("a finite number", "finite numbers"),
    bool: ("true or false", "true or false"),
    str: ("a text", "texts"),
    NoneType: ("null", "null"),
}


def hints_of(target: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a function's or a class's arguments, also those of the classes it extends.

    An annotation that cannot be resolved is left out.
    """
    if not isclass(target):
        return _hints(target)
    hints: dict[str, Any] = {}
    for each in reversed(getmro(target)):
        if (maker := vars(each).get("__init__")) is not None:
            hints |= _hints(maker)
    return hints


def _hints(function: Any) -> dict[str, Any]:
    try:
        return get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        return {}


def accepts(hint: Any, value: object) -> bool:  # noqa: PLR0911, PLR0912 - one for each kind of annotation
    """Whether a plain value, or the description of an object, is of an annotated type.

    Annotations that are of no use for plain values accept everything.
    """
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(accepts(each, value) for each in parts)
    if isinstance(value, Mapping) and "_target_" in value:  # an object, which is not built yet
        return origin is not Literal and hint not in (bool, int, float, str, NoneType)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in parts)
    if hint in (None, NoneType):
        return value is None
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint in (bool, str):
        return isinstance(value, hint)
    if origin is tuple and Ellipsis not in parts:
        if not isinstance(value, list | tuple) or len(value) != len(parts):
            return False
        return all(accepts(part, each) for part, each in zip(parts, value, strict=True))
    if _is_list(origin or hint):
        if not isinstance(value, list | tuple):
            return False
        return all(accepts(parts[0], each) for each in value if parts)
    if isclass(origin or hint) and issubclass(origin or hint, Mapping):
        return isinstance(value, Mapping)
    if hint is Any or hint is object or not (origin is Callable or isclass(hint)):
        return True
    if origin is Callable:
        return callable(value)
    return isinstance(value, hint) or (isinstance(value, str) and hint is Path)


def in_words(hint: Any, several: bool = False) -> str:
    """The type in words, such as `an int or null`."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        names = dict.fromkeys(in_words(each, several) for each in parts)
        return " or ".join(names)
    if origin is Literal:
        return (
            " or ".join(map(str, parts))
            if len(parts) < 3
            else f"one of {', '.join(map(str, parts))}"
        )
    if origin is tuple and Ellipsis not in parts:
        return f"{len(parts)} {in_words(parts[0], several=True)}"
    if _is_list(origin or hint):
        return f"{'lists' if several else 'a list'} of {in_words((*parts, Any)[0], several=True)}"
    if is_dataclass(hint) or (isclass(origin or hint) and issubclass(origin or hint, Mapping)):
        return "groups of values" if several else "a group of values"
    return IN_WORDS.get(hint, ("an object: {_target_: …}", "objects: {_target_: …}"))[several]


def _is_list(kind: Any) -> bool:
    return kind in (list, tuple, Sequence, Iterable)


def _finite(value: float) -> bool:
    return isinstance(value, int) or math.isfinite(value)
