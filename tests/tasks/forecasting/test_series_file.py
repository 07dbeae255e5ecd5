from datetime import datetime, timedelta

import numpy as np
import pytest

from elman.data.bad_lines import OnBad
from elman.tasks.forecasting.series_file import Series, read_series

GOOD = """\
when,other,degrees
2010/02/28 22:00,x,1.5
2010/02/28 23:00,x,2
2010/03/01 00:00,x,-3e1
2010/03/01 01:00,x,4
"""


def read(
    text: str, time: str | None = None, value: str | None = "degrees", on_bad: OnBad = "error"
) -> Series:
    return read_series(text, "my.csv", time, value, on_bad)


def test_values_at_regular_times() -> None:
    series = read(GOOD)
    assert series[:4] == ("when", "degrees", datetime(2010, 2, 28, 22), timedelta(hours=1))
    assert series.values.tolist() == [1.5, 2, -30, 4]
    assert series.time_of(2) == datetime(2010, 3, 1)
    assert series.time_of(4) == datetime(2010, 3, 1, 2)


def test_the_first_two_columns_unless_named() -> None:
    text = "a,b,c\n2010-01-01,1,5\n2010-01-02,2,6\n\n"
    series = read(text, value=None)
    assert (series.time, series.value, series.values.tolist()) == ("a", "b", [1, 2])
    assert series.step == timedelta(days=1)
    text = "a,b,c\n1,2010-01-01T00:00Z,5\n2,2010-01-01T01:30+01:00,6\n"
    series = read(text, time="b", value="c")
    assert (series.step, series.values.tolist()) == (timedelta(minutes=30), [5, 6])


BAD = {
    "2010/03/01 01:00,x,": "line 5: degrees is '', which is no number",
    "2010/03/01 01:00,x,nan": "line 5: degrees is 'nan', which is no number",
    "2010/03/01 01:00,x,inf": "line 5: degrees is 'inf', which is no number",
    "2010/03/01 01:00,x,4 F": "line 5: degrees is '4 F', which is no number",
    "2010/03/01 01:00,x,4,5": "line 5: 4 fields where the first line names 3 columns",
    "1.3.2010 01:00,x,4": "line 5: when is '1.3.2010 01:00', which is no time like 2010-12-31",
    "2010/03/01 00:00,x,4": "line 5: 2010-03-01 00:00:00 does not come after the time before",
    "2010/02/28 01:00,x,4": "line 5: 2010-02-28 01:00:00 does not come after the time before",
    "2010/03/01 01:00Z,x,4": "line 5: the time has an offset from UTC here and none elsewhere",
    "2010/03/01 03:00,x,4": "line 5: 2010-03-01 03:00:00 comes 3:00:00 after the time before, "
    "elsewhere it is 1:00:00",
    "2010/03/01 00:20,x,4": "line 5: 2010-03-01 00:20:00 comes 0:20:00 after",
}


def test_a_quote_that_is_not_closed_spoils_its_own_line_alone() -> None:
    text = GOOD.replace("2010/02/28 23:00,x,2", '2010/02/28 23:00,"x,2')
    with pytest.raises(ValueError, match=r"^data: my.csv, line 3: it is no line of a table"):
        read(text)
    text += "2010/03/01 02:00,x,5\n"
    np.testing.assert_array_equal(read(text, on_bad="skip").values, [1.5, np.nan, -30, 4, 5])
    with pytest.raises(ValueError, match=r"^it is no line of a table"):
        read('when,"degrees\n')


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_named(line: str) -> None:
    text = GOOD.replace("2010/03/01 01:00,x,4", line)
    with pytest.raises(ValueError, match=r"^data: my.csv, line 5: ") as raised:
        read(text)
    assert BAD[line] in str(raised.value)


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_is_skipped(line: str, caplog: pytest.LogCaptureFixture) -> None:
    after = "2010/03/01 02:00,x,5\n"
    series = read(GOOD.replace("2010/03/01 01:00,x,4", line) + after, on_bad="skip")
    if "03:00" in line:  # a good line, and the one after it comes too late
        np.testing.assert_array_equal(series.values, [1.5, 2, -30, np.nan, np.nan, 4])
        assert "1 bad lines are left out, the first is line 6: 2010-03-01 02:00:00" in caplog.text
    else:
        np.testing.assert_array_equal(series.values, [1.5, 2, -30, np.nan, 5])
        assert "1 bad lines are left out, the first is line 5" in caplog.text


@pytest.mark.parametrize(
    ("text", "names", "message"),
    [
        (GOOD, {"value": "temp"}, "data.value: my.csv has no column 'temp'; its first line names "
         "'when', 'other', 'degrees'"),
        (GOOD, {"time": "date"}, "data.time: my.csv has no column 'date'"),
        (GOOD, {"time": "degrees"}, "data.time and data.value are the same column 'degrees'"),
        ("a;b\n2010-01-01;1", {}, "with commas between; its first line names 'a;b'"),
        ("\n", {}, "its first line names no columns"),
        (GOOD[:GOOD.index("\n")], {}, "my.csv has 0 good values, too few for a series"),
        ("a,degrees\n2010-01-01,1\n2010-01-02,1\n2020-01-01,1", {"on_bad": "skip"},
         "has 3 values where one every 1 day, 0:00:00 from 2010-01-01 00:00:00"),
    ],
)  # fmt: skip
def test_files_that_hold_no_series(text: str, names: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=r"my.csv|same column") as raised:
        read(text, **names)  # type: ignore[arg-type]
    assert message in str(raised.value)
