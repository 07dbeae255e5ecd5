"""Sentence pairs of a file: tab-separated lines, or a gettext catalogue."""

from collections.abc import Iterator
from pathlib import Path

from elman.data.bad_lines import BadLines, OnBad
from elman.data.text_file import read_lines
from elman.tasks.translation.catalogue import read_catalogue
from elman.tasks.translation.header import is_header
from elman.tasks.translation.pair import Pair, normalize_spaces


def read_pairs(
    path: Path,
    on_bad: OnBad,
    languages: tuple[str, str],
    header: bool | None = None,
) -> list[Pair]:
    """The pairs of a `.po` catalogue, or of a file with lines `source<tab>target`, in UTF-8.

    Args:
        path: of the file.
        on_bad: what to do with a line that is not a pair: "error", or "skip" and count it.
        languages: codes of the source and target language, which a header may have as its names.
        header: whether the first line is a header; None: decide by `is_header`.

    Returns:
        Each pair once, in the order of the file.

    Raises:
        OSError: the file does not exist or cannot be read.
        ValueError: it is not UTF-8, not a valid catalogue, has a bad line, or a first line that may
            be a header or a pair.
    """
    lines = read_lines("data.path", path)
    bad_lines = BadLines(str(path), on_bad)
    if path.suffix.lower() == ".po":
        pairs = read_catalogue(lines, bad_lines)
    else:
        if header is None:
            header = is_header(path, lines[0], languages)
        pairs = list(_tab_separated_pairs(lines, int(header), bad_lines))
    bad_lines.summarize()
    return list(dict.fromkeys(pairs))


def _tab_separated_pairs(lines: list[str], first: int, bad_lines: BadLines) -> Iterator[Pair]:
    for number, line in enumerate(lines[first:], first + 1):
        fields = [normalize_spaces(field) for field in line.split("\t")]
        if len(fields) == 2 and all(fields):
            yield Pair(*fields)
        elif line.strip():
            found = f"got {len(fields)}" if len(fields) != 2 else "one is empty"
            bad_lines.report(number, f"it must have two texts with a tab between them, {found}")
        elif number < len(lines):  # a file's last line break starts no line
            bad_lines.report(number, "it is empty")
