"""A labelled sequence."""

from typing import Any, NamedTuple


class Example(NamedTuple):
    """A sequence with the name of its class.

    Attributes:
        line: the line of the file that holds the example, counted from 1.
        sequence: a text, or a series `(T, I)`.
        label: the name of the class; "" if it has none.
    """

    line: int
    sequence: Any
    label: str
