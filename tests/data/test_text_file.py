from pathlib import Path

import pytest

from elman.data.text_file import read_lines, read_text


def test_a_byte_order_mark_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "marked.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "naïve".encode())
    assert read_text("data.path", path) == "naïve"


def test_a_file_that_is_not_utf_8_is_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin1.txt"
    path.write_bytes("tea\ncaf\xe9 au lait".encode("latin-1"))
    with pytest.raises(ValueError, match=r"^data\.path: .*latin1\.txt, line 2: it is not .* iconv"):
        read_text("data.path", path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(FileNotFoundError, match=f"^path: there is no file {path}$"):
            read_text("path", path)


def test_the_lines_of_a_file_have_no_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes("\ufeffÄ,b\r\nc".encode())
    assert read_lines("path", path) == ["Ä,b", "c"]
