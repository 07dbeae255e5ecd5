import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from elman.tasks.captioning.images import read_image


def save(image: Image.Image, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    image.save(file, **{"format": "PNG", **options})  # type: ignore[arg-type]
    file.seek(0)
    return file


def test_the_pixels_are_those_of_the_file() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    read = read_image(save(Image.fromarray(pixels)), 8)
    assert read.dtype == torch.uint8
    np.testing.assert_array_equal(read.permute(1, 2, 0).numpy(), pixels)


def test_a_transparent_pixel_shows_the_white_background() -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((1, 2), (200, 0, 0, 255))
    image.putpixel((3, 3), (0, 0, 0, 51))  # a fifth of black: four fifths of 255
    read = read_image(save(image), 4)
    assert read[:, 0, 0].tolist() == [255, 255, 255]
    assert read[:, 2, 1].tolist() == [200, 0, 0]
    assert read[:, 3, 3].tolist() == [204, 204, 204]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGB", "RGBA", "I;16"])
def test_every_pixel_format_is_read(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((5, 5), 65535, np.uint16))
        image.putpixel((0, 0), 0)
    else:
        image = Image.new("RGB", (5, 5), "white")
        image.putpixel((0, 0), (0, 0, 0))
        image = image.convert(mode)
    file = save(image, format="TIFF" if mode == "CMYK" else "PNG")
    read = read_image(file, 5)
    assert read[:, 0, 0].tolist() == [0, 0, 0]
    assert read[:, 4, 4].tolist() == [255, 255, 255]


def test_a_palette_may_be_transparent() -> None:
    image = Image.new("P", (3, 3), 0)
    image.putpalette([10, 20, 30, 0, 0, 0])
    image.putpixel((0, 0), 1)
    assert read_image(save(image, transparency=0), 3)[:, 1, 1].tolist() == [255, 255, 255]


def test_every_size_is_scaled_with_a_white_border() -> None:
    read = read_image(save(Image.new("RGB", (40, 10), "blue")), 8)
    assert read.shape == (3, 8, 8)
    assert read[:, 0].min() == read[:, -1].min() == 255
    assert read[:, 4, 3].tolist() == [0, 0, 255]


def test_the_exif_orientation_is_applied() -> None:
    image = Image.new("RGB", (4, 4), "white")
    image.putpixel((0, 0), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    read = read_image(save(image, exif=exif), 4)
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
        (b"", "it is not an image that Pillow can decode"),
        (b"Dear reader", "it is not an image that Pillow can decode"),
        (png(0, 0), "it is not an image that Pillow can decode|the image has no pixels"),
        (png(4, 4), "it is not an image that Pillow can decode"),
        (png(60_000, 60_000), "the image is too large"),
        (save(Image.effect_noise((64, 64), 50)).getvalue()[:2000], "not an image that Pillow"),
    ],
)
def test_an_undecodable_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_image(io.BytesIO(content), 8)


def test_an_exception_of_a_decoder_becomes_a_value_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Failed to decode image: Not implemented")  # as AVIF's does

    image = save(Image.new("RGB", (4, 4)))
    monkeypatch.setattr(Image.Image, "convert", fail)
    with pytest.raises(ValueError, match=r"not an image that Pillow can decode \(Failed to"):
        read_image(image, 8)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file .*missing\.png"):
        read_image(tmp_path / "missing.png", 8)


def test_no_other_program_runs_for_postscript() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "EPS")
    with pytest.raises(ValueError, match="it is not an image that Pillow can decode"):
        read_image(io.BytesIO(buffer.getvalue()), 4)
