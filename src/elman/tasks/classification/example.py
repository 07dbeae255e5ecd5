"""One example of a class."""

from typing import Any, NamedTuple


class Example(NamedTuple):
    """A sequence and the name of its class, as they stand in a line, counted from 1."""

    line: int
    sequence: Any
    label: str
