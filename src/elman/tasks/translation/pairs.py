"""Sentences and their translations: read from files, and divided so that nothing leaks."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib

from elman.data.bad_lines import BadLines, OnBad
from elman.data.text_file import read_lines


class Pair(NamedTuple):
    """A sentence and its translation."""

    source: str
    target: str


def read_pairs(path: Path, on_bad: OnBad) -> list[Pair]:
    """The pairs of a `.po` catalogue, or else of lines `source<tab>target`, in UTF-8.

    Args:
        path: of the file.
        on_bad: a line that holds no pair is an "error", or one to "skip" and count.

    Returns:
        Each pair once, in the order of the file.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is not UTF-8, no such catalogue, or has a bad line.
    """
    lines = read_lines("data.path", path)
    if path.suffix == ".po":
        pairs = _in_catalogue(path, lines)
    else:
        bad = BadLines(str(path), on_bad)
        pairs = list(_in_lines(lines, bad))
        bad.summarize()
    return list(dict.fromkeys(pairs))


def _in_lines(lines: list[str], bad: BadLines) -> Iterator[Pair]:
    for number, line in enumerate(lines, 1):
        fields = [_with_single_spaces(field) for field in line.split("\t")]
        if len(fields) == 2 and all(fields):
            yield Pair(*fields)
        elif line.strip():
            found = f"{len(fields)} of them" if len(fields) != 2 else "one that is empty"
            bad.report(number, f"it must be two texts with a tab between, is {found}")
        elif number < len(lines):  # what follows the last line's end is no line
            bad.report(number, "it is empty")


def _in_catalogue(path: Path, lines: list[str]) -> list[Pair]:
    """Entries that are translated; the fuzzy, the obsolete and those with a plural are not used."""
    try:
        catalogue = polib.pofile("\n".join(lines))
    except OSError as error:
        raise ValueError(f"data.path: {path}: {error}") from error
    return [
        Pair(_with_single_spaces(entry.msgid), _with_single_spaces(entry.msgstr))
        for entry in catalogue.translated_entries()
        if entry.msgid.strip() and entry.msgstr.strip()
    ]


def _with_single_spaces(text: str) -> str:
    return " ".join(text.split())
