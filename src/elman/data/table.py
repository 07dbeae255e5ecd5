"""Tables that name a file in each line, and tell what it holds."""

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
    """What is read from each line of a table.

    A file can have one line: with two it could be in two parts of the data, and what is tested with
    have been trained on.

    Args:
        table: UTF-8, in each line columns with tabs between, the first the name of a file. Empty
            lines are passed over.
        headers: a first line that is one of these is passed over, too.
        on_bad: a line that is wrong is an "error", or one to "skip" and count.
        read: takes the columns; raises OSError or ValueError where the line is wrong.

    Raises:
        OSError: the table cannot be read.
        ValueError: it is not UTF-8, or, with "error", a line is wrong.
    """
    rows, bad = [], BadLines(str(table), on_bad)
    named: dict[Path, int] = {}
    for number, line in enumerate(read_lines("data.path", table), 1):
        columns = [column.strip() for column in line.split("\t")]
        if not any(columns) or (number == 1 and columns in headers):
            continue
        try:
            row = read(columns)
            file = Path(columns[0])
            if file in named:
                raise ValueError(f"{file} stands in line {named[file]} already")
            rows.append(row)
            named[file] = number
        except (OSError, ValueError) as error:
            bad.found(number, str(error))
    bad.tell()
    return rows
