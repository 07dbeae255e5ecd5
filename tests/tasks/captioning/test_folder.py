from pathlib import Path

import pytest
from PIL import Image

from elman.tasks.captioning.folder import read_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (9, 9), "red").save(tmp_path / "red.png")
    (tmp_path / "notes.txt").write_text("not an image")
    return tmp_path


def accept(caption: str) -> None:
    assert caption == " ".join(caption.split())


def write(folder: Path, table: str) -> Path:
    (folder / "captions.tsv").write_text(table, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "header", ["", "file\tcaption\n", "Image\tDescription\n", "file_name \t text\n", "\n"]
)
def test_a_table_with_or_without_a_header_is_read(folder: Path, header: str) -> None:
    table = f'{header}red.png\t a  "red"   square\n\n'
    images = read_folder(write(folder, table), 8, "error", accept)
    assert images.captions == ['a "red" square']
    assert images.pixels.shape == (1, 3, 8, 8)


def test_a_first_line_whose_file_exists_is_not_a_header(folder: Path) -> None:
    (folder / "red.png").rename(folder / "image")
    assert read_folder(write(folder, "image\ttext\n"), 8, "error", accept).captions == ["text"]


def test_the_suffix_may_be_in_capital_letters(folder: Path) -> None:
    (folder / "red.png").rename(folder / "RED.PNG")
    assert read_folder(write(folder, "RED.PNG\tred\n"), 8, "error", accept).captions == ["red"]


BAD = [
    ("red.png", "line 2: it has 1 columns, not 2: the name of a file, a tab and its caption"),
    ("red.png\ta\tb", "line 2: it has 3 columns, not 2"),
    ("red.png\t ", "line 2: its caption is empty"),
    ("blue.png\tblue", "line 2: there is no file .*blue.png"),
    ("notes.txt\tnotes", "line 2: .*notes.txt: it is not an image that Pillow can decode"),
    ("red.png\tred again", "line 2: .*red.png.* line 1"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_a_bad_line_is_refused_with_its_number(folder: Path, line: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^data: .*captions\.tsv, {message}"):
        read_folder(write(folder, f"red.png\tred\n{line}\n"), 8, "error", accept)


def test_bad_lines_are_skipped_and_counted(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    table = "\n".join(["red.png\tred", *(line for line, _ in BAD)])
    assert read_folder(write(folder, table), 8, "skip", accept).captions == ["red"]
    assert "6 bad lines" in caplog.text
    assert "line 2: it has 1 columns" in caplog.text


def test_an_unreadable_table_is_refused(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no .*captions\.tsv; give a folder"):
        read_folder(folder, 8, "error", accept)
    with pytest.raises(ValueError, match="has no line with a readable image"):
        read_folder(write(folder, ""), 8, "error", accept)
    (folder / "captions.tsv").write_bytes(b"red.png\tr\xe9d")
    with pytest.raises(ValueError, match="line 1: it is not UTF-8 text"):
        read_folder(folder, 8, "error", accept)
