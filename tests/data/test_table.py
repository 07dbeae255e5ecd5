from pathlib import Path

import pytest

from elman.data.table import read_table


def read(columns: list[str]) -> str:
    if "bad" in columns:
        raise ValueError("it is bad")
    return "+".join(columns)


def write(tmp_path: Path, *lines: str) -> Path:
    for name in ("file", "a", "b"):
        (tmp_path / name).write_text(name)
    table = tmp_path / "table.tsv"
    table.write_text("\n".join(lines))
    return table


def test_reads_a_row_from_each_line(tmp_path: Path) -> None:
    table = write(tmp_path, "file\ttext", "a\t one ", "", "b\ttwo\r", "")
    assert read_table(table, [["file", "text"]], "error", read) == ["a+one", "b+two"]
    assert read_table(table, [], "error", read)[0] == "file+text"


def test_bad_lines_are_refused_or_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    table = write(tmp_path, "a\tbad", "a\tone", "./a\ttwo", "b\tthree")
    with pytest.raises(ValueError, match=r"table\.tsv, line 1: it is bad \(data\.on_bad=skip"):
        read_table(table, [], "error", read)
    assert read_table(table, [], "skip", read) == ["a+one", "b+three"]
    assert "2 bad lines are left out, the first is line 1: it is bad" in caplog.text


def test_a_file_may_be_listed_only_once(tmp_path: Path) -> None:
    table = write(tmp_path, "a\tone", "b\ttwo", "a\tthree")
    with pytest.raises(ValueError, match="line 3: a is already listed in line 1"):
        read_table(table, [], "error", read)


@pytest.mark.parametrize("name", ["./a", "../{folder}/a", "{path}/a", "link"])
def test_a_file_may_not_be_listed_again_under_another_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    name = name.format(folder=tmp_path.name, path=tmp_path)
    table = write(tmp_path, "a\tone", f"{name}\ttwo", "b\tthree")
    with pytest.raises(ValueError, match=f"line 2: {name} is already listed in line 1"):
        read_table(table, [], "error", read)
    assert read_table(table, [], "skip", read) == ["a+one", "b+three"]
