"""Checks of the values that a configuration gives to classes, by the annotations of these.

Whether a value has the right type is the same question for every class, and is answered here. Its
range is checked by the class itself, or by `elman.training.values.foreign` for one of another
library.
"""

import inspect
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import get_object
from lightning.fabric.utilities.exceptions import MisconfigurationException

from elman.checks import unknown
from elman.training.values.annotations import accepts, hints_of, in_words
from elman.training.values.foreign import check_foreign

RESERVED = {"_target_", "_partial_", "_args_", "_convert_", "_recursive_"}
MISSING = "???"
OF_ANY_SIZE = {"lr"}  # a training that is too fast tells at which step it diverges


def check_described(config: Mapping[str, Any], place: str = "") -> None:
    """Checks each value that a configuration gives to a class or function, as `_target_` names it.

    Args:
        config: plain values, nested.
        place: the key of the configuration with a dot, for messages: `trainer.`.

    Raises:
        TypeError: a value has another type than the argument that takes it.
        ValueError: there is no such class or argument, or a value is out of range.
    """
    for name, value in config.items():
        if isinstance(value, Mapping):
            if "_target_" in value:
                _check_one(f"{place}{name}", value)
            check_described(value, f"{place}{name}.")


def _check_one(place: str, described: Mapping[str, Any]) -> None:
    target = _located(f"{place}._target_", described["_target_"])
    partial = described.get("_partial_", False)
    if not isinstance(partial, bool):
        raise TypeError(f"{place}._partial_ must be true or false, got {partial!r}")
    parameters, any_name = parameters_of(target)
    hints = hints_of(target)
    for name, value in described.items():
        key = f"{place}.{name}"
        if name in RESERVED or value == MISSING:
            continue
        if name not in parameters:
            if any_name:
                continue
            raise ValueError(unknown(key, parameters))
        if name in OF_ANY_SIZE and value == math.inf:
            continue
        if not accepts(hints.get(name, Any), value):
            raise TypeError(f"{key} must be {in_words(hints[name])}, got {value!r}")
        if value == "" and parameters[name].default != "":
            raise ValueError(f"{key} must not be empty")
        check_foreign(target, name, key, value)


def _located(key: str, name: object) -> Callable[..., Any]:
    if not isinstance(name, str):
        raise TypeError(f"{key} must be the name of a class or function, got {name!r}")
    try:
        target = get_object(name)
    except Exception as error:  # whatever the import of a module raises
        reason = " ".join(str(error.__cause__ or error).split())
        raise ValueError(f"{key} must name a class or function, got {name!r}: {reason}") from error
    if not callable(target):
        raise TypeError(f"{key} must name a class or function, got {name!r}")
    return target  # type: ignore[no-any-return]


def parameters_of(target: Callable[..., Any]) -> tuple[dict[str, inspect.Parameter], bool]:
    """The arguments that a class or function takes by name, and whether it takes any other name.

    The `**kwargs` of a class are the arguments of the class that it extends.
    """
    makers = (
        [vars(each).get("__init__") for each in inspect.getmro(target)]
        if isinstance(target, type)
        else [target]
    )
    named: dict[str, inspect.Parameter] = {}
    any_name = False
    for maker in makers:
        if maker is None or maker is object.__init__:
            continue
        parameters = list(inspect.signature(maker).parameters.values())
        if isinstance(target, type):
            parameters = parameters[1:]  # without self
        for each in parameters:
            if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY):
                named.setdefault(each.name, each)
        any_name = any(each.kind is each.VAR_KEYWORD for each in parameters)
        if not any_name:
            break
    return named, any_name


@contextmanager
def full_keys(**sections: Any) -> Iterator[None]:
    """Puts the section in front of the argument's name at the beginning of an error's message.

    `hidden_size must be …` becomes `network.hidden_size must be …`.

    Args:
        **sections: configurations by their keys; the first that takes the argument is the one.
    """
    try:
        yield
    except (TypeError, ValueError, InstantiationException, MisconfigurationException) as error:
        cause = error
        while isinstance(cause, InstantiationException) and cause.__cause__ is not None:
            cause = cause.__cause__  # type: ignore[assignment]
        if not isinstance(cause, TypeError | ValueError | MisconfigurationException):
            raise
        kind = TypeError if isinstance(cause, TypeError) else ValueError
        raise kind(_with_section(str(cause), sections)) from cause


def _with_section(message: str, sections: Mapping[str, Any]) -> str:
    targets = {
        place: get_object(described["_target_"])
        for place, described in sections.items()
        if isinstance(described, Mapping) and "_target_" in described
    }
    if twice := re.search(r"(\w+)(?:\.__init__)?\(\) got multiple values .*'(\w+)'", message):
        for place, target in targets.items():
            if twice[1] in [each.__name__ for each in getattr(target, "__mro__", [target])]:
                return f"{place}.{twice[2]} must not be given: it is set by what uses {place}"
    word = (re.match(r"\w+(?=[\s=\[:])", message) or [""])[0]
    for place, target in targets.items():
        if word in parameters_of(target)[0]:
            return f"{place}.{message}"
    return message
