"""Sentence pairs of a gettext catalogue, a `.po` file."""

import itertools
import logging
import re
from collections import Counter
from collections.abc import Sequence

import polib

from elman.data.bad_lines import BadLines
from elman.tasks.translation.pair import Pair, normalize_spaces

log = logging.getLogger(__name__)


def read_catalogue(lines: Sequence[str], bad: BadLines) -> list[Pair]:
    """The translated entries; the log counts those that are fuzzy, obsolete or have a plural.

    The same text may have a translation in each context.

    Args:
        lines: of the catalogue.
        bad: takes each part between empty lines that is not valid.
    """
    pairs, left_out = [], Counter[str]()
    for entry in _entries(lines, bad):
        if reason := _left_out(entry):
            left_out[reason] += 1
        else:
            pairs.append(Pair(normalize_spaces(entry.msgid), normalize_spaces(entry.msgstr)))
    if left_out:
        counts = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items())
        log.info("data: %s: entries that are left out: %s", bad.source, counts)
    return pairs


def _left_out(entry: polib.POEntry) -> str:
    """Why an entry is no pair; empty if it is one."""
    if entry.obsolete:
        return "obsolete"
    if entry.fuzzy:
        return "fuzzy"
    if entry.msgid_plural:
        return "with a plural"
    return "" if entry.msgid.strip() and entry.msgstr.strip() else "not translated"


def _entries(lines: Sequence[str], bad: BadLines) -> list[polib.POEntry]:
    try:
        return list(polib.pofile("\n".join(lines) + "\n"))
    except OSError:  # polib stops at the first error
        parts = itertools.groupby(enumerate(lines), lambda each: bool(each[1].strip()))
        texts = [list(part) for is_text, part in parts if is_text]
        return [entry for text in texts for entry in _part(text, bad)]


def _part(part: Sequence[tuple[int, str]], bad: BadLines) -> list[polib.POEntry]:
    first = part[0][0]  # the number of lines before the part
    try:
        return list(polib.pofile("\n".join(line for _, line in part) + "\n"))
    except OSError as error:
        found = re.search(r"\(line (\d+)\)(?:: )?(.*)", str(error))
        within, reason = (int(found[1]), found[2]) if found else (1, str(error))
        bad.report(
            first + within, f"it is not an entry of a catalogue ({reason or 'syntax error'})"
        )
        return []
