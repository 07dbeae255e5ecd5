"""The values of a script: its configuration as a dataclass whose fields have types."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from omegaconf import MISSING, DictConfig, OmegaConf

from elman.checks import unknown
from elman.training.values.annotations import accepts, in_words
from elman.training.values.described import check_described

Values = TypeVar("Values")


def read_values(kind: type[Values], config: DictConfig) -> Values:
    """The values of a script, each of the type that its field has.

    The dataclass checks their ranges in its `__post_init__`. A single value where a list is meant
    is a list of one, and an int where a text is meant is its text.

    Args:
        kind: a dataclass.
        config: composed from the script's file in `conf/`.

    Raises:
        TypeError: a value has another type.
        ValueError: a value is missing, unknown or out of range.
    """
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    check_described(plain)
    return _read(kind, plain, "")


def _read(kind: type[Values], plain: Mapping[str, Any], within: str) -> Values:
    """The values of a dataclass, from the group of this name with a dot."""
    fields = get_type_hints(kind)
    for key in plain:
        if key not in fields:
            raise ValueError(unknown(f"{within}{key}", fields))
    read = {}
    for name, field in fields.items():
        key, value = f"{within}{name}", plain.get(name, MISSING)
        if value == MISSING:
            raise ValueError(f"{key} is missing; give {key}=…")
        if is_dataclass(field) and isinstance(value, dict):
            read[name] = _read(cast("type[Any]", field), value, f"{key}.")
            continue
        several = any(get_origin(each) is list for each in (field, *get_args(field)))
        single = several and isinstance(value, str | int | float)
        read[name] = _converted(field, [value] if single else value)
        if not accepts(field, read[name]):
            raise TypeError(f"{key} must be {in_words(field)}, got {value!r}")
    return kind(**read)


def _converted(field: Any, value: Any) -> Any:
    """The value, an int as a text or a float where the field is one."""
    kinds = get_args(field) if isinstance(field, UnionType) else (field,)
    if isinstance(value, list):
        elements = next((get_args(each)[0] for each in kinds if get_origin(each) is list), Any)
        return [_converted(elements, each) for each in value]
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    return str(value) if str in kinds else float(value) if float in kinds else value
