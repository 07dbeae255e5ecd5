"""A time series in a CSV file."""

import csv
from datetime import datetime

import numpy as np
import pandas as pd

from elman.data.bad_lines import BadLines, OnBad
from elman.tasks.forecasting.regular_times import at_regular_times, check_order


def read_series(
    text: str, source: str, time: str | None, value: str | None, on_bad: OnBad
) -> pd.Series:
    """Reads a series with a fixed time step from the text of a CSV file.

    The first line names the columns. `csv` splits each line on its own: `pandas.read_csv` would let
    an unclosed quote swallow the lines after it, and its errors do not always name the line.
    Columns are separated by commas or, as the first line shows, by semicolons; then numbers may
    have decimal commas.

    Args:
        text: the content of the file.
        source: the name of the file in error messages.
        time: name of the time column, ISO 8601 ("/" may replace "-"); None: the first column.
        value: name of the value column; None: the second column.
        on_bad: "error" refuses a line without a valid time or value and a missing time step;
            "skip" leaves such a line out, and a missing time step has the value NaN.

    Returns:
        The values, float64, named after the value column. Its `DatetimeIndex` has a fixed
        frequency and is named after the time column.

    Raises:
        ValueError: the file is not such a table, or its time steps are not regular.
    """
    header, *rows = text.split("\n")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    try:
        columns = _split(header, delimiter)
    except ValueError as error:
        raise ValueError(f"data: {source}, line 1: {error}") from error
    time, value = _column_names(columns, source, time, value)
    bad = BadLines(source, on_bad)
    reasons: dict[int, str] = {}  # by line number
    fields: dict[int, tuple[str, str]] = {}
    for line, row in enumerate(rows, 2):
        if row.strip():
            try:
                named = _named_fields(row, columns, delimiter)
                fields[line] = named[time], named[value]
            except ValueError as error:
                reasons[line] = str(error)
    decimal_commas = delimiter == ";" and any("," in number for _, number in fields.values())
    table = _parse(fields, time, value, reasons, decimal_commas)
    check_order(table["time"], source)
    table = _without_late(table, reasons)
    for line, reason in sorted(reasons.items()):
        bad.report(line, reason)
    if len(table) < 2:
        raise ValueError(f"data: {source} has {len(table)} valid values; a series needs at least 2")
    series = at_regular_times(table, source, bad)
    bad.summarize()
    return series.rename(value).rename_axis(time)


def _split(row: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([row], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise ValueError(f"it is not a line of a CSV table ({error})") from error


def _column_names(
    columns: list[str], source: str, time: str | None, value: str | None
) -> tuple[str, str]:
    found = f"its first line names {', '.join(map(repr, columns)) or 'no columns'}"
    if len(columns) < 2:
        raise ValueError(
            f"data: {source} must have a time column and a value column, separated by commas or "
            f"semicolons; {found}"
        )
    for argument, name in (("data.time", time), ("data.value", value)):
        if name is not None and name not in columns:
            raise ValueError(f"{argument}: {source} has no column {name!r}; {found}")
    time = columns[0] if time is None else time
    value = columns[1] if value is None else value
    if time == value:
        raise ValueError(
            f"data.time and data.value are the same column {time!r} of {source}; {found}"
        )
    return time, value


def _named_fields(row: str, columns: list[str], delimiter: str) -> dict[str, str]:
    fields = _split(row, delimiter)
    if len(fields) != len(columns):
        raise ValueError(f"it has {len(fields)} fields, but the first line names {len(columns)}")
    return dict(zip(columns, fields, strict=True))


def _parse(
    fields: dict[int, tuple[str, str]],
    time: str,
    value: str,
    reasons: dict[int, str],
    decimal_commas: bool,
) -> pd.DataFrame:
    """The valid lines by number, with `time` and `value` parsed; adds a reason for each other."""
    numbers = [
        _with_decimal_points(number) if decimal_commas else number for _, number in fields.values()
    ]
    table = pd.DataFrame(
        {
            "time": [_iso_time(text) for text, _ in fields.values()],
            "value": pd.to_numeric(numbers, errors="coerce"),
        },
        index=list(fields),
        dtype=object,
    )
    no_time = table["time"].isna()
    no_number = ~np.isfinite(table["value"].astype(float))
    for line in table.index[no_time | no_number]:
        text, number = fields[line]
        reasons[line] = (
            f"{time} is {text!r}, which is not a time such as 2010-12-31 23:00"
            if no_time[line]
            else f"{value} is {number!r}, which is not a finite number"
        )
    table = table[~(no_time | no_number)].astype({"value": float})
    if table.empty:
        return table
    time_zone = table["time"].iloc[0].tzinfo
    mixed = table["time"].map(lambda time: (time.tzinfo is None) != (time_zone is None))
    for line in table.index[mixed]:
        reasons[line] = "only some of the times have an offset from UTC; give it for all or none"
    table = table[~mixed]
    table["time"] = pd.to_datetime(table["time"], utc=True).dt.tz_convert(time_zone)
    return table


def _without_late(table: pd.DataFrame, reasons: dict[int, str]) -> pd.DataFrame:
    late = table["time"] <= table["time"].cummax().shift()
    for line in table.index[late]:
        reasons[line] = f"{table['time'][line]} is not later than the time before it"
    return table[~late]


def _with_decimal_points(number: str) -> str:
    """A number with a decimal comma as Python writes it; a point separates thousands there."""
    return number.replace(".", "?").replace(",", ".")


def _iso_time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
