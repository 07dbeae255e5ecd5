"""Texts that differ only in case, spaces or Unicode form are one text when examples are divided.

Otherwise "Zoë", "ZOË" and the same name with a combining diaeresis could be in the training split
and in the test split.
"""

import unicodedata
from collections.abc import Callable, Iterable


def comparable(text: str) -> str:
    """The same result for texts that differ only in case, spaces or Unicode form.

    Lower case, canonical decomposition and one space between words. "ß" and "ss" stay two
    spellings, since "Groß" and "Gross" are two names.
    """
    lower = unicodedata.normalize("NFD", text).lower()
    return " ".join(unicodedata.normalize("NFD", lower).split())


def first_spellings(texts: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """The first of all texts with the same key, for each text.

    Args:
        texts: with or without repetitions.
        key: such as `comparable`.
    """
    first: dict[str, str] = {}
    return {text: first.setdefault(key(text), text) for text in texts}
