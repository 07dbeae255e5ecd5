from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from elman.data.bad_lines import OnBad
from elman.tasks.forecasting.data import time_step
from elman.tasks.forecasting.series_file import read_series

GOOD = """\
when,other,degrees
2010/02/28 22:00,x,1.5
2010/02/28 23:00,x,2
2010/03/01 00:00,x,-3e1
2010/03/01 01:00,x,4
"""


def read(
    text: str, time: str | None = None, value: str | None = "degrees", on_bad: OnBad = "error"
) -> pd.Series:
    return read_series(text, "my.csv", time, value, on_bad)


def test_reads_values_at_regular_times() -> None:
    series = read(GOOD)
    assert (series.index.name, series.name) == ("when", "degrees")
    assert series.index[0] == datetime(2010, 2, 28, 22)
    assert series.index.freq == pd.offsets.Hour()
    assert series.tolist() == [1.5, 2, -30, 4]
    assert series.index[2] == datetime(2010, 3, 1)


def test_reads_the_first_two_columns_unless_others_are_named() -> None:
    text = "a,b,c\n2010-01-01,1,5\n2010-01-02,2,6\n\n"
    series = read(text, value=None)
    assert (series.index.name, series.name, series.tolist()) == ("a", "b", [1, 2])
    assert time_step(series) == timedelta(days=1)
    text = "a,b,c\n1,2010-01-01T00:00Z,5\n2,2010-01-01T01:30+01:00,6\n"
    series = read(text, time="b", value="c")
    assert (time_step(series), series.tolist()) == (timedelta(minutes=30), [5, 6])


BAD = {
    "2010/03/01 01:00,x,": "line 5: degrees is '', which is not a finite number",
    "2010/03/01 01:00,x,nan": "line 5: degrees is 'nan', which is not a finite number",
    "2010/03/01 01:00,x,inf": "line 5: degrees is 'inf', which is not a finite number",
    "2010/03/01 01:00,x,4 F": "line 5: degrees is '4 F', which is not a finite number",
    "2010/03/01 01:00,x,4,5": "line 5: it has 4 fields, but the first line names 3",
    "1.3.2010 01:00,x,4": "line 5: when is '1.3.2010 01:00', which is not a time such as",
    "2010/03/01 00:00,x,4": "line 5: 2010-03-01 00:00:00 is not later than the time before it",
    "2010/02/28 01:00,x,4": "line 5: 2010-02-28 01:00:00 is not later than the time before it",
    "2010/03/01 01:00Z,x,4": "line 5: only some of the times have an offset from UTC",
    "2010/03/01 03:00,x,4": "line 5: 2010-03-01 03:00:00 is 3:00:00 after the time before it, "
    "but the time step of the series is 1:00:00",
    "2010/03/01 00:20,x,4": "line 5: 2010-03-01 00:20:00 is 0:20:00 after",
}


def test_an_unclosed_quote_invalidates_only_its_own_line() -> None:
    text = GOOD.replace("2010/02/28 23:00,x,2", '2010/02/28 23:00,"x,2')
    with pytest.raises(ValueError, match=r"^data: my.csv, line 3: it is not a line of a CSV table"):
        read(text)
    text += "2010/03/01 02:00,x,5\n"
    np.testing.assert_array_equal(read(text, on_bad="skip"), [1.5, np.nan, -30, 4, 5])
    with pytest.raises(ValueError, match=r"^data: my.csv, line 1: it is not a line of a CSV table"):
        read('when,"degrees\n')


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_refused(line: str) -> None:
    text = GOOD.replace("2010/03/01 01:00,x,4", line)
    with pytest.raises(ValueError, match=r"^data: my.csv, line 5: ") as raised:
        read(text)
    assert BAD[line] in str(raised.value)


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_skipped(line: str, caplog: pytest.LogCaptureFixture) -> None:
    after = "2010/03/01 02:00,x,5\n"
    series = read(GOOD.replace("2010/03/01 01:00,x,4", line) + after, on_bad="skip")
    if "03:00" in line:  # a valid line, but the one after it is too early
        np.testing.assert_array_equal(series, [1.5, 2, -30, np.nan, np.nan, 4])
        assert "1 bad lines are left out, the first is line 6: 2010-03-01 02:00:00" in caplog.text
    else:
        np.testing.assert_array_equal(series, [1.5, 2, -30, np.nan, 5])
        assert "1 bad lines are left out, the first is line 5" in caplog.text


@pytest.mark.parametrize(
    ("text", "names", "message"),
    [
        (GOOD, {"value": "temp"}, "data.value: my.csv has no column 'temp'; its first line names "
         "'when', 'other', 'degrees'"),
        (GOOD, {"time": "date"}, "data.time: my.csv has no column 'date'"),
        (GOOD, {"time": "degrees"}, "data.time and data.value are the same column 'degrees'"),
        ("a|b\n2010-01-01|1", {}, "by commas or semicolons; its first line names 'a|b'"),
        ("\n", {}, "its first line names no columns"),
        (GOOD[:GOOD.index("\n")], {}, "my.csv has 0 valid values; a series needs at least 2"),
        ("a,degrees\n2010-01-01,1\n2010-01-02,1\n2020-01-01,1", {"on_bad": "skip"},
         "has 3 values, but one every 1 day, 0:00:00 from 2010-01-01 00:00:00"),
    ],
)  # fmt: skip
def test_files_without_a_series_are_refused(text: str, names: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=r"my.csv|same column") as raised:
        read(text, **names)  # type: ignore[arg-type]
    assert message in str(raised.value)


@pytest.mark.parametrize("header", ["a" * 200_000, 'time,"value'])
def test_a_first_line_that_csv_cannot_read_names_the_file(header: str) -> None:
    with pytest.raises(ValueError, match=r"^data: series\.csv, line 1: it is not a line of a CSV"):
        read_series(f"{header}\n2024-01-01,1\n", "series.csv", None, None, "error")


@pytest.mark.parametrize(
    "rows",
    [
        "2010-01-01;1,5\n2010-01-02;-2\n2010-01-03;0,25",
        "2010-01-01;1.5\n2010-01-02;-2\n2010-01-03;.25",
        '2010-01-01;"1,5"\n2010-01-02;"-2,0"\n2010-01-03;0,25',
    ],
)
def test_semicolons_and_decimal_commas(rows: str) -> None:
    """As a spreadsheet of many countries writes a table."""
    assert read(f"Datum;Wert\n{rows}\n", value="Wert").tolist() == [1.5, -2, 0.25]


def test_a_comma_within_a_number_of_a_table_with_commas_is_refused() -> None:
    """It may separate thousands."""
    with pytest.raises(ValueError, match="line 2: b is '1,234', which is not a finite number"):
        read('a,b\n2010-01-01,"1,234"\n2010-01-02,2\n', value="b")


def test_a_point_beside_decimal_commas_is_refused() -> None:
    text = "a;b\n2010-01-01;1,5\n2010-01-02;1.234\n2010-01-03;1.234,5\n"
    with pytest.raises(ValueError, match=r"line 3: b is '1\.234', which is not a finite number"):
        read(text, value="b")


BERLIN = {
    "spring": ["00:00+01:00", "01:00+01:00", "03:00+02:00", "04:00+02:00"],
    "autumn": ["01:00+02:00", "02:00+02:00", "02:00+01:00", "03:00+01:00"],
}


@pytest.mark.parametrize("season", BERLIN)
def test_a_change_of_clocks(season: str, caplog: pytest.LogCaptureFixture) -> None:
    """With offsets from UTC there is no gap; local times have one, or an hour twice."""
    day = {"spring": "2024-03-31", "autumn": "2024-10-27"}[season]
    rows = [f"{day} {time},{n}\n" for n, time in enumerate(BERLIN[season])]
    assert read("a,b\n" + "".join(rows), value="b").tolist() == [0, 1, 2, 3]
    local = "a,b\n" + "".join(f"{row[:16]},{n}\n" for n, row in enumerate(rows))
    message = {
        "spring": "line 4: 2024-03-31 03:00:00 is 2:00:00 after the time before it",
        "autumn": "line 4: 2024-10-27 02:00:00 is not later than the time before it",
    }[season]
    with pytest.raises(ValueError, match=f"^data: my.csv, {message}"):
        read(local, value="b")
    series = read(local, value="b", on_bad="skip")
    expected = {"spring": [0, 1, np.nan, 2, 3], "autumn": [0, 1, 3]}[season]
    np.testing.assert_array_equal(series, expected)
    assert ("1 bad lines are left out" in caplog.text) == (season == "autumn")
