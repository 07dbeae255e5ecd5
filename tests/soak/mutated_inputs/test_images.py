"""Damaged and hostile images."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from elman.tasks.captioning.data import CaptioningData

pytestmark = pytest.mark.soak


def test_a_mutated_image_ends_in_a_sentence_or_is_read(
    inputs: Path,
    reads_first_batches: Callable[[Any], None],
    each_ends_well: Callable[..., None],
    kind: Any,
) -> None:
    folder = inputs / "captions"
    data = lambda: CaptioningData(str(folder), side=16, combination_size=2, min_count=8)  # noqa: E731
    each_ends_well(
        "images",
        {
            "image": kind(
                folder / "red-dot-0.png",
                lambda: reads_first_batches(data()),
                list(images()),
                binary=True,
            )
        },
    )


def images() -> Iterator[tuple[str, bytes]]:
    """Images of all kinds, and bombs."""
    small = Image.effect_noise((40, 30), 90)
    for mode in (
        "1",
        "L",
        "P",
        "RGB",
        "RGBA",
        "CMYK",
        "YCbCr",
        "HSV",
        "LAB",
        "I",
        "F",
        "I;16",
        "LA",
    ):
        for form in ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "PPM", "ICO", "TGA", "EPS"):
            buffer = io.BytesIO()
            try:
                small.convert(mode if mode not in ("HSV", "LAB") else "RGB").convert(mode).save(
                    buffer, form
                )
            except (OSError, ValueError, KeyError):
                continue
            yield f"{form} {mode}", buffer.getvalue()
    for orientation in (0, 3, 6, 8, 9, 65_535):
        exif = Image.Exif()
        exif[0x0112] = orientation
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", exif=exif)
        yield f"orientation {orientation}", buffer.getvalue()
    for side in (9_000, 9_400, 30_000, 2**31 - 1):  # 81, 88 and 900 million pixels
        rows = zlib.compress(bytes((side + 1) * min(side, 9_400)), 9) if side < 10_000 else b""
        yield f"PNG bomb {side}", png(side, side, rows)
    yield "thin", png(1, 5_000_000, zlib.compress(bytes(2 * 5_000_000), 9))
    for form in ("GIF", "PNG", "WEBP"):
        buffer = io.BytesIO()
        small.save(buffer, form, save_all=True, append_images=[small] * 50)
        yield f"animated {form}", buffer.getvalue()
    yield "PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(canary) (w) file\n"
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def png(width: int, height: int, rows: bytes) -> bytes:
    """A greyscale PNG of any size."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", rows),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
