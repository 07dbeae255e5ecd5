from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from elman.data import text_file
from elman.data.text_file import read_lines, read_pieces, read_text

# Characters of one to four bytes, among them all ends of lines and the byte order mark.
TEXTS = st.text("ab\n\r\u00e9\u2028\ufeff\U0001f3ad", max_size=40)
each_block = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


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


@each_block
@given(text=TEXTS, mark=st.sampled_from([b"", b"\xef\xbb\xbf"]), block=st.integers(1, 9))
def test_blocks_may_end_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, mark: bytes, block: int
) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(mark + text.encode())
    monkeypatch.setattr(text_file, "BLOCK", block)
    pieces = list(read_pieces("data.path", path))
    assert "".join(pieces) == path.read_text(encoding="utf-8-sig")
    assert max(map(len, pieces)) <= block + 1  # and a CR of the block before


@each_block
@given(text=TEXTS, end=st.sampled_from(["", "z"]), block=st.integers(1, 9))
def test_the_line_of_a_wrong_byte_does_not_depend_on_the_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, end: str, block: int
) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(text.encode() + b"\xe9" + end.encode())  # at the end: a character cut short
    monkeypatch.setattr(text_file, "BLOCK", block)
    with pytest.raises(ValueError, match=rf"text\.txt, line {text.count(chr(10)) + 1}: it is not"):
        read_text("data.path", path)


@pytest.mark.parametrize(
    ("large", "is_terminal", "shown"), [(1, True, True), (99, True, False), (1, False, False)]
)
def test_progress_of_a_large_file_in_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, is_terminal: bool, shown: bool
) -> None:
    path = tmp_path / "large.txt"
    path.write_text("four")
    monkeypatch.setattr(text_file, "LARGE", large)
    terminal = Console(file=StringIO(), force_terminal=is_terminal)
    monkeypatch.setattr(text_file, "Console", lambda: terminal)
    assert read_text("data.path", path) == "four"
    assert ("Reading large.txt" in terminal.file.getvalue()) == shown  # type: ignore[attr-defined]
