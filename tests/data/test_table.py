from pathlib import Path

import pytest

from elman.data.table import read_table


def read(columns: list[str]) -> str:
    if "bad" in columns:
        raise ValueError("it is bad")
    return "+".join(columns)


def write(tmp_path: Path, *lines: str) -> Path:
    table = tmp_path / "table.tsv"
    table.write_text("\n".join(lines))
    return table


def test_the_lines_of_a_table(tmp_path: Path) -> None:
    table = write(tmp_path, "file\ttext", "a\t one ", "", "b\ttwo\r", "")
    assert read_table(table, [["file", "text"]], "error", read) == ["a+one", "b+two"]
    assert read_table(table, [], "error", read)[0] == "file+text"


def test_bad_lines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    table = write(tmp_path, "a\tbad", "a\tone", "./a\ttwo", "b\tthree")
    with pytest.raises(ValueError, match=r"table\.tsv, line 1: it is bad \(data\.on_bad=skip"):
        read_table(table, [], "error", read)
    assert read_table(table, [], "skip", read) == ["a+one", "b+three"]
    assert "2 bad lines are left out, the first is line 1: it is bad" in caplog.text


def test_a_file_has_one_line(tmp_path: Path) -> None:
    table = write(tmp_path, "a\tone", "b\ttwo", "a\tthree")
    with pytest.raises(ValueError, match="line 3: a stands in line 1 already"):
        read_table(table, [], "error", read)
