"""CSV files of labelled texts: `text,label` in each line, with or without a header."""

import csv
from collections.abc import Collection, Iterator, Sequence

from elman.data.bad_lines import BadLines
from elman.tasks.classification.example import Example

# Column names, in lower case, that mark a first line as a header.
TEXT_NAMES = {"text", "name", "surname", "word", "sentence", "utterance", "message", "review"}
TEXT_NAMES |= {"title", "document", "content", "input", "x"}
LABEL_NAMES = {"label", "class", "category", "tag", "topic", "sentiment", "language", "country"}
LABEL_NAMES |= {"nationality", "origin", "target", "output", "y"}


def read_csv(
    lines: Sequence[str], bad: BadLines, header: bool | None, classes: Collection[str]
) -> Iterator[Example]:
    """Reads the texts of a CSV file; if its first line has tabs, they separate the columns.

    Args:
        lines: the lines of the file.
        bad: takes every line that holds no text with its label.
        header: whether the first line is a header. None: it is one if it names a text column and
            a label column, see `TEXT_NAMES` and `LABEL_NAMES`. The two columns may come in either
            order if a header names both.
        classes: the known classes; empty if the file defines them.

    Yields:
        Each text with its label, which may be "".

    Raises:
        ValueError: the first line may be a header or an example, or the header names the columns
            in the wrong order.
    """
    rows = dict(_rows(lines, bad))
    text, label = 0, 1
    if 1 in rows:
        names = [column.lower() for column in rows[1]]
        reverse = names[0] in LABEL_NAMES and names[1] in TEXT_NAMES
        named = reverse or (names[0] in TEXT_NAMES and names[1] in LABEL_NAMES)
        if header is None:
            header = _is_header(rows, named, classes, bad.source)
        if header:
            if not named and (names[0] in LABEL_NAMES or names[1] in TEXT_NAMES):
                raise ValueError(
                    f"data: {bad.source}, line 1: the header {','.join(rows[1])} does not say "
                    "which column is the text; name the columns text,label or label,text"
                )
            text, label = (1, 0) if reverse else (0, 1)
            del rows[1]
    for line, columns in rows.items():
        if columns[text]:
            yield Example(line, columns[text], columns[label])
        else:
            bad.report(line, "it has no text")


def _rows(lines: Sequence[str], bad: BadLines) -> Iterator[tuple[int, list[str]]]:
    """The number and the two columns of each line that has two."""
    delimiter = "\t" if "\t" in lines[0] else ","
    for line, text in enumerate(lines, 1):
        reader = csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True)
        try:
            columns = [column.strip() for column in next(reader, [])]
        except csv.Error as error:
            bad.report(line, f"it is not a line of a CSV file ({error})")
            continue
        if not any(columns):
            if line < len(lines):  # the file may end with a line break
                bad.report(line, "it is empty")
        elif len(columns) != 2:
            bad.report(line, f"it has {len(columns)} columns, not a text and its label")
        else:
            yield line, columns


def _is_header(
    rows: dict[int, list[str]], named: bool, classes: Collection[str], source: str
) -> bool:
    """Whether line 1 is a header; `named` is true if its columns have recognized names."""
    label = rows[1][1]
    other_labels = {columns[1] for line, columns in rows.items() if line != 1}
    if named and (label in other_labels or label in classes):
        reason = f"since {label!r} is also a class"
    elif not named and not classes and other_labels and label not in other_labels:
        reason = f"since no other line has the class {label!r}"
    else:
        return named
    raise ValueError(
        f"data: {source}, line 1: {','.join(rows[1])!r} may be a header or an example, {reason}; "
        "say which with data.header=true or data.header=false"
    )
