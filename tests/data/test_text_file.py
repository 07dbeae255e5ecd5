from pathlib import Path

import pytest

from elman.data.text_file import read_text


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "marked.txt"
    path.write_bytes(b"\xef\xbb\xbf" + "naïve".encode())
    assert read_text("data.path", path) == "naïve"


def test_a_file_that_is_not_utf_8_is_refused_and_the_line_named(tmp_path: Path) -> None:
    path = tmp_path / "latin1.txt"
    path.write_bytes("tea\ncaf\xe9 au lait".encode("latin-1"))
    with pytest.raises(ValueError, match=r"^data\.path: .*latin1\.txt, line 2: it is not .* iconv"):
        read_text("data.path", path)


def test_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(FileNotFoundError, match=f"^path: there is no file {path}$"):
            read_text("path", path)
