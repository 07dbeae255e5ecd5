"""Tables that list files, such as recordings with their transcripts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from elman.data.bad_lines import BadLines, OnBad
from elman.data.text_file import read_lines

Row = TypeVar("Row")


def read_table(
    table: Path,
    headers: Sequence[list[str]],
    on_bad: OnBad,
    read: Callable[[list[str]], Row],
) -> list[Row]:
    """Reads one row from each line of a table.

    The table may list a file only once, under whatever name. Otherwise one file could be in both
    the training split and the test split.

    Args:
        table: the path of a UTF-8 file of tab-separated columns. The first column is the name of a
            file, relative to the folder of the table. Empty lines are ignored.
        headers: header lines to ignore, each a list of column names.
        on_bad: a bad line is an "error", or "skip" leaves it out and counts it.
        read: makes the row from the columns; raises OSError or ValueError if they are bad.

    Returns:
        The rows, in the order of the table.

    Raises:
        OSError: the table cannot be read.
        ValueError: the table is not UTF-8, or a line is bad and `on_bad` is "error".
    """
    rows, bad = [], BadLines(str(table), on_bad)
    line_of: dict[tuple[int, int], int] = {}  # by the file's place on the disk
    for number, line in enumerate(read_lines("data.path", table), 1):
        columns = [column.strip() for column in line.split("\t")]
        if not any(columns) or (number == 1 and columns in headers):
            continue
        try:
            row = read(columns)
            status = (table.parent / columns[0]).stat()
            file = status.st_dev, status.st_ino
            if file in line_of:
                raise ValueError(f"{columns[0]} is already listed in line {line_of[file]}")
            rows.append(row)
            line_of[file] = number
        except (OSError, ValueError) as error:
            bad.report(number, str(error))
    bad.summarize()
    return rows
