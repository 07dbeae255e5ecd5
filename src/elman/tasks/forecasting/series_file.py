"""A series of values at regular times, read from a CSV file."""

import csv
import math
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from elman.data.bad_lines import BadLines, OnBad


class Series(NamedTuple):
    """Values at regular times.

    Attributes:
        time: name of the column of times.
        value: name of the column of values.
        start: time of the first value.
        step: from each value to the next.
        values: `(N)`, float64, NaN where there is none.
    """

    time: str
    value: str
    start: datetime
    step: timedelta
    values: NDArray[np.float64]

    def time_of(self, n: int) -> datetime:
        """When value n is, or would be, from 0 on."""
        return self.start + n * self.step


class _Line(NamedTuple):
    number: int
    time: datetime
    value: float


def read_series(
    text: str, source: str, time: str | None, value: str | None, on_bad: OnBad
) -> Series:
    """The series in a CSV file's text, whose first line names the columns.

    Args:
        text: of the file.
        source: what to call it in errors.
        time: column of times in ISO 8601, "/" may stand for "-"; None: the first.
        value: column of values; None: the second.
        on_bad: a line with no good time or value is an "error", and so is a time that has no line;
            or one to "skip", and such a time has no value.

    Raises:
        ValueError: the file is not that, or is not regular in time.
    """
    header, *rows = text.split("\n")
    columns = _fields(header)
    time, value = _names(columns, source, time, value)
    lines: list[_Line] = []
    bad = BadLines(source, on_bad)
    for number, row in enumerate(rows, 2):
        if not row.strip():
            continue
        try:
            line = _line(number, _fields(row), columns, time, value)
            if lines and (line.time.tzinfo is None) != (lines[0].time.tzinfo is None):
                raise ValueError("the time has an offset from UTC here and none elsewhere")
            if lines and line.time <= lines[-1].time:
                raise ValueError(f"{line.time} does not come after the time before")
        except ValueError as error:
            bad.report(number, str(error))
        else:
            lines.append(line)
    if len(lines) < 2:
        raise ValueError(f"data: {source} has {len(lines)} good values, too few for a series")
    start, step, values = _on_regular_times(lines, source, bad)
    bad.summarize()
    return Series(time, value, start, step, values)


def _fields(row: str) -> list[str]:
    try:
        return next(csv.reader([row], strict=True), [])
    except csv.Error as error:
        raise ValueError(f"it is no line of a table ({error})") from error


def _names(columns: list[str], source: str, time: str | None, value: str | None) -> tuple[str, str]:
    there = f"its first line names {', '.join(map(repr, columns)) or 'no columns'}"
    if len(columns) < 2:
        raise ValueError(
            f"data: {source} must have a column of times and one of values, with commas between; "
            f"{there}"
        )
    for argument, name in (("data.time", time), ("data.value", value)):
        if name is not None and name not in columns:
            raise ValueError(f"{argument}: {source} has no column {name!r}; {there}")
    time = columns[0] if time is None else time
    value = columns[1] if value is None else value
    if time == value:
        raise ValueError(f"data.time and data.value are the same column {time!r}; {there}")
    return time, value


def _line(number: int, fields: list[str], columns: list[str], time: str, value: str) -> _Line:
    if len(fields) != len(columns):
        raise ValueError(f"{len(fields)} fields where the first line names {len(columns)} columns")
    named = dict(zip(columns, fields, strict=True))
    try:
        when = datetime.fromisoformat(named[time].strip().replace("/", "-"))
    except ValueError:
        raise ValueError(
            f"{time} is {named[time]!r}, which is no time like 2010-12-31 23:00"
        ) from None
    try:
        number_there = float(named[value])
    except ValueError:
        number_there = math.nan
    if not math.isfinite(number_there):
        raise ValueError(f"{value} is {named[value]!r}, which is no number")
    return _Line(number, when, number_there)


def _on_regular_times(
    lines: list[_Line], source: str, bad: BadLines
) -> tuple[datetime, timedelta, NDArray[np.float64]]:
    start = lines[0].time
    after = [line.time - before.time for before, line in pairwise(lines)]
    [(step, _)] = Counter(after).most_common(1)
    length = (lines[-1].time - start) // step + 1
    if length > 2 * len(lines):
        raise ValueError(
            f"data: {source} has {len(lines)} values where one every {step} from {start} to "
            f"{lines[-1].time} would be {length}; the times must be regular"
        )
    values = np.full(length, np.nan)
    for line, since in zip(lines, [step, *after], strict=True):
        if bad.on_bad == "error" and since != step:
            raise ValueError(
                f"data: {source}, line {line.number}: {line.time} comes {since} after the time "
                f"before, elsewhere it is {step} (data.on_bad=skip leaves a gap)"
            )
        place, remainder = divmod(line.time - start, step)
        if remainder:
            bad.report(line.number, f"{line.time} is between two of the times, {step} apart")
        else:
            values[place] = line.value
    return start, step, values
