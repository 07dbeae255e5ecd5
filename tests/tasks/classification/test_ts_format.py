import numpy as np
import pytest

from elman.data.bad_lines import BadLines
from elman.tasks.classification.example import Example
from elman.tasks.classification.ts_format import read_ts

HEADER = "# a comment\n@problemName it\n@classLabel true up down\n@data\n"


def read(text: str, on_bad: str = "error", dimensions: int | None = None) -> list[Example]:
    return list(read_ts(text.split("\n"), BadLines("it.ts", on_bad), dimensions))  # type: ignore[arg-type]


def test_reads_series_of_several_dimensions_and_lengths() -> None:
    first, second = read(HEADER + "1,2,3:4,5,-6e1: up\n7:8:down\n")
    assert (first.line, first.label, second.line, second.label) == (5, "up", 6, "down")
    np.testing.assert_array_equal(first.sequence, [[1, 4], [2, 5], [3, -60]])  # (T, I)
    np.testing.assert_array_equal(second.sequence, [[7, 8]])
    assert first.sequence.dtype == np.float32


def test_reads_a_file_without_classes() -> None:
    [example] = read("@classLabel false\n@data\n1,2:3,4")
    assert [each.label for each in read("@classLabel TRUE\n@data\n1,2:up\n")] == ["up"]
    assert example.sequence.shape == (2, 2)
    assert example.label == ""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "it is empty"),
        ("1,2:up", "it has 1 dimensions, not 2"),
        ("1,2:3,x:up", "dimension 2 is not a list of numbers"),
        ("1,2:3,:up", "dimension 2 is not a list of numbers"),
        ("1,2:3:up", "dimension 2 has 1 numbers, dimension 1 has 2"),
        ("1,2:3,NaN:up", "number 2 of dimension 2 is nan"),
        ("inf,2:3,4:up", "number 1 of dimension 1 is inf"),
        ("1,2:3,?:up", "dimension 2 is not a list of numbers"),
        ("1,2:3,4:left", "its class 'left' is none of the header's up down"),
    ],
)
def test_bad_lines_are_refused_or_skipped(line: str, message: str) -> None:
    text = HEADER + f"1:2:up\n{line}\n3:4:down\n"
    with pytest.raises(ValueError, match=rf"data: it.ts, line 6: {message}"):
        read(text)
    assert [each.line for each in read(text, "skip")] == [5, 7]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it.ts is not a .ts file: it has no line @data"),
        ("1,2,3\n", "it.ts, line 1: this line of the header begins with neither @ nor #"),
        ("@timeStamps true\n@data\n", "it.ts has time stamps, which are not supported"),
        ("@classLabel\n@data\n", "it.ts has neither true nor false in @classLabel"),
        ("@classLabel up down\n@data\n", "it.ts has neither true nor false in @classLabel"),
        ("@dimensions many\n@data\n", "it.ts has no positive number in @dimensions many"),
    ],
)
def test_bad_headers_are_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read(text, "skip")


def test_other_numbers_of_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match=r"it.ts has 3 dimensions, not 2"):
        read("@dimensions 3\n@data\n", dimensions=2)
    with pytest.raises(ValueError, match=r"line 2: it has 1 dimensions, not 2"):
        read("@data\n1,2", dimensions=2)
