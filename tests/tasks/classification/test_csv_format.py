import pytest

from elman.data.bad_lines import BadLines
from elman.tasks.classification.csv_format import read_csv

ROWS = "one,odd\ntwo,even\nthree,odd\nfour,even"
EXAMPLES = [("one", "odd"), ("two", "even"), ("three", "odd"), ("four", "even")]


def read(
    text: str, header: bool | None = None, classes: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    examples = read_csv(text.split("\n"), BadLines("my.csv", "error"), header, classes)
    return [(example.sequence, example.label) for example in examples]


def reversed_columns(text: str) -> str:
    return "\n".join(",".join(reversed(line.split(","))) for line in text.split("\n"))


def test_a_file_without_a_header() -> None:
    assert read(ROWS) == EXAMPLES
    assert read(ROWS, header=False) == EXAMPLES
    assert read("one,odd") == [("one", "odd")]


@pytest.mark.parametrize(
    "header",
    ["text,label", "text,class", "Name,Language", "SURNAME , Category", "x,y", '"text","class"'],
)
def test_usual_headers_are_recognized(header: str) -> None:
    assert read(f"{header}\n{ROWS}") == EXAMPLES
    assert read(f"{header}\n{ROWS}", header=True) == EXAMPLES
    assert read(f"{header}\n{ROWS}".replace(",", "\t")) == EXAMPLES


def test_a_header_may_name_the_label_first() -> None:
    assert read(f"class,text\n{reversed_columns(ROWS)}") == EXAMPLES


def test_lines_keep_their_numbers() -> None:
    lines = f"text,class\n{ROWS}".split("\n")
    examples = read_csv(lines, BadLines("my.csv", "error"), None, ())
    assert [example.line for example in examples] == [2, 3, 4, 5]


def test_the_user_decides_whether_there_is_a_header() -> None:
    assert read(f"number,parity\n{ROWS}", header=True) == EXAMPLES
    assert read(f"number,parity\n{ROWS}", header=False) == [("number", "parity"), *EXAMPLES]
    assert read(f"text,class\n{ROWS}", header=False) == [("text", "class"), *EXAMPLES]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"number,parity\n{ROWS}", "no other line has the class 'parity'"),
        (f"text,parity\n{ROWS}", "no other line has the class 'parity'"),
        ("x,y\na,y\nb,x\nc,y", "'y' is also a class"),
    ],
)
def test_an_ambiguous_first_line_is_refused(text: str, reason: str) -> None:
    message = f"data: my.csv, line 1: .* may be a header or an example, since {reason}; say which"
    with pytest.raises(ValueError, match=message):
        read(text)
    assert len(read(text, header=True)) == len(read(text, header=False)) - 1


def test_known_classes_tell_an_example_from_a_header() -> None:
    assert read("one,odd\ntwo,even", classes=("odd", "even")) == EXAMPLES[:2]
    assert read("text,class\none,odd", classes=("odd", "even")) == EXAMPLES[:1]
    with pytest.raises(ValueError, match="may be a header or an example, since 'y' is also a"):
        read("x,y\none,odd", classes=("odd", "y"))


@pytest.mark.parametrize("header", ["class,words", "number,text"])
def test_a_header_with_the_text_in_the_wrong_column_is_refused(header: str) -> None:
    with pytest.raises(ValueError, match=f"line 1: the header {header} does not say which column"):
        read(f"{header}\n{ROWS}", header=True)
