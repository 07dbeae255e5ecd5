import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from elman.tasks.captioning.folder import read_folder
from elman.tasks.captioning.pictures import read_picture


def save(image: Image.Image, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, **{"format": "PNG", **options})  # type: ignore[arg-type]
    file.seek(0)
    return file


def test_pixels_are_those_of_the_file() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    read = read_picture(save(Image.fromarray(pixels)), 8)
    assert read.dtype == torch.uint8
    np.testing.assert_array_equal(read.permute(1, 2, 0).numpy(), pixels)


def test_transparency_shows_white_paper() -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((1, 2), (200, 0, 0, 255))
    image.putpixel((3, 3), (0, 0, 0, 51))  # a fifth of black: four fifths of 255
    read = read_picture(save(image), 4)
    assert read[:, 0, 0].tolist() == [255, 255, 255]
    assert read[:, 2, 1].tolist() == [200, 0, 0]
    assert read[:, 3, 3].tolist() == [204, 204, 204]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGB", "RGBA", "I;16"])
def test_any_kind_of_pixels(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((5, 5), 65535, np.uint16))
        image.putpixel((0, 0), 0)
    else:
        image = Image.new("RGB", (5, 5), "white")
        image.putpixel((0, 0), (0, 0, 0))
        image = image.convert(mode)
    file = save(image, format="TIFF" if mode == "CMYK" else "PNG")
    read = read_picture(file, 5)
    assert read[:, 0, 0].tolist() == [0, 0, 0]
    assert read[:, 4, 4].tolist() == [255, 255, 255]


def test_a_palette_with_transparency() -> None:
    image = Image.new("P", (3, 3), 0)
    image.putpalette([10, 20, 30, 0, 0, 0])
    image.putpixel((0, 0), 1)
    assert read_picture(save(image, transparency=0), 3)[:, 1, 1].tolist() == [255, 255, 255]


def test_any_size_is_fitted_with_white_around() -> None:
    read = read_picture(save(Image.new("RGB", (40, 10), "blue")), 8)
    assert read.shape == (3, 8, 8)
    assert read[:, 0].min() == read[:, -1].min() == 255
    assert read[:, 4, 3].tolist() == [0, 0, 255]


def test_turned_as_the_camera_was_held() -> None:
    image = Image.new("RGB", (4, 4), "white")
    image.putpixel((0, 0), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    read = read_picture(save(image, exif=exif), 4)
    assert read[:, 3, 3].tolist() == [0, 0, 0]


def chunk(name: bytes, content: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + crc


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is no picture that can be decoded"),
        (b"Dear picture", "it is no picture that can be decoded"),
        (png(0, 0), "it is no picture that can be decoded|it has no pixels"),
        (png(4, 4), "it is no picture that can be decoded"),
        (png(60_000, 60_000), "it is larger than any picture should be"),
        (save(Image.effect_noise((64, 64), 50)).getvalue()[:2000], "no picture that can be"),
    ],
)
def test_what_is_no_picture(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_picture(io.BytesIO(content), 8)


def test_what_its_decoder_cannot_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Failed to decode image: Not implemented")  # as AVIF's does

    picture = save(Image.new("RGB", (4, 4)))
    monkeypatch.setattr(Image.Image, "convert", fail)
    with pytest.raises(ValueError, match=r"no picture that can be decoded \(Failed to decode"):
        read_picture(picture, 8)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*missing\.png"):
        read_picture(tmp_path / "missing.png", 8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (9, 9), "red").save(tmp_path / "red.png")
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def accept(caption: str) -> None:
    assert caption == " ".join(caption.split())


def write(folder: Path, table: str) -> Path:
    (folder / "captions.tsv").write_text(table, encoding="utf-8")
    return folder


@pytest.mark.parametrize("header", ["", "file\tcaption\n", "\n"])
def test_a_folder_with_its_table(folder: Path, header: str) -> None:
    read = read_folder(
        write(folder, f'{header}red.png\t a  "red"   square\n\n'), 8, "error", accept
    )
    assert read.captions == ['a "red" square']
    assert read.pixels.shape == (1, 3, 8, 8)


BAD = [
    ("red.png", "line 2: it has 1 columns, not 2: the name of a file, a tab and its caption"),
    ("red.png\ta\tb", "line 2: it has 3 columns, not 2"),
    ("red.png\t ", "line 2: its caption is empty"),
    ("blue.png\tblue", "line 2: there is no file .*blue.png"),
    ("notes.txt\tnotes", "line 2: .*notes.txt: it is no picture that can be decoded"),
    ("red.png\tred again", "line 2: red.png is already listed in line 1"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_bad_lines_are_told_with_their_place(folder: Path, line: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^data: .*captions\.tsv, {message}"):
        read_folder(write(folder, f"red.png\tred\n{line}\n"), 8, "error", accept)


def test_bad_lines_are_skipped_and_counted(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    table = "\n".join(["red.png\tred", *(line for line, _ in BAD)])
    assert read_folder(write(folder, table), 8, "skip", accept).captions == ["red"]
    assert "6 bad lines are left out, the first is line 2: it has 1 columns" in caplog.text


def test_tables_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no .*captions\.tsv; give a folder"):
        read_folder(folder, 8, "error", accept)
    with pytest.raises(ValueError, match="names no picture that can be read"):
        read_folder(write(folder, ""), 8, "error", accept)
    (folder / "captions.tsv").write_bytes(b"red.png\tr\xe9d")
    with pytest.raises(ValueError, match="line 1: it is not UTF-8 text"):
        read_folder(folder, 8, "error", accept)
