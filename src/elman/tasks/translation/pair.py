"""A sentence with its translation."""

from typing import NamedTuple


class Pair(NamedTuple):
    """A sentence and its translation."""

    source: str
    target: str


def normalize_spaces(text: str) -> str:
    """The words of the text with one space between them."""
    return " ".join(text.split())
