"""Damaged and hostile archives and scores."""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from elman.data.fetch import Package, fetch
from elman.tasks.digits.data import DigitData
from elman.tasks.music.data import MusicData

pytestmark = pytest.mark.soak


def test_a_mutated_archive_ends_in_a_sentence_or_is_read(
    inputs: Path,
    reads_first_batches: Callable[[Any], None],
    each_ends_well: Callable[..., None],
    kind: Any,
) -> None:
    digits, scored = inputs / "digits.csv.gz", inputs / "music" / "03.musicxml"
    zipped_score, wheel = inputs / "music" / "11.mxl", inputs / "book-1.0-py3-none-any.whl"
    score = scored.read_bytes()
    zipped_score.write_bytes(zipped({"a.xml": score.replace(b"<octave>4", b"<octave>5")}))
    wheel.write_bytes(zipped({"a/book.txt": b"To be", "../../canary": b"x", "/canary": b"x"}))
    package = Package("book", "1.0", "0" * 64)

    def play() -> None:
        reads_first_batches(MusicData(str(inputs / "music")))

    each_ends_well(
        "archives",
        {
            "gzip": kind(
                digits,
                lambda: reads_first_batches(DigitData(str(digits), validation=20, test=20)),
                list(gzips(digits.read_bytes())),
                binary=True,
            ),
            "musicxml": kind(scored, play, list(scores(score))),
            "mxl": kind(zipped_score, play, list(archives(zipped_score.read_bytes())), binary=True),
            "wheel": kind(wheel, lambda: fetch(package, inputs), binary=True, readable=False),
        },
    )


def gzips(original: bytes) -> Iterator[tuple[str, bytes]]:
    """Gzip files of other contents, and bombs."""
    yield "bomb", gzip.compress(bytes(3 * 10**8))
    yield "bomb of lines", gzip.compress(b"0,0\n" * 4 * 10**7)
    yield "twice", gzip.compress(original)
    yield "two members", original + original
    yield "rubbish after it", original + b"rubbish"
    yield "empty", gzip.compress(b"")
    yield "no gzip", gzip.decompress(original)
    yield "zip", zipped({"digits.csv": gzip.decompress(original)})


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def archives(original: bytes) -> Iterator[tuple[str, bytes]]:
    """Zip archives with bombs and strange names, and those of scores that are bombs."""
    yield "bomb", zipped({"a.xml": bytes(3 * 10**8)})
    yield "spaces", zipped({"a.xml": b"<score-partwise>" + b" " * 3 * 10**8})
    yield "names", zipped({"../../canary.xml": b"<a/>", "/canary.xml": b"<a/>"})
    yield "empty", zipped({})
    yield "no score", zipped({"a.txt": b"a"})
    yield "many", zipped({f"{n}.txt": b"" for n in range(20_000)})
    encrypted = bytearray(original)
    encrypted[6] |= 1
    encrypted[original.index(b"PK\x01\x02") + 8] |= 1
    yield "encrypted", bytes(encrypted)
    method = bytearray(original)
    method[8] = method[original.index(b"PK\x01\x02") + 10] = 77
    yield "unknown method", bytes(method)
    size = bytearray(original)
    size[original.index(b"PK\x01\x02") + 24 :][:4] = b"\xff\xff\xff\x7f"
    yield "a lie about the size", bytes(size)
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        score = archive.read("a.xml")
    for name, content in scores(score):
        yield name, zipped({"a.xml": content})


def scores(original: bytes) -> Iterator[tuple[str, bytes]]:
    """MusicXML with entity bombs and numbers of all sizes."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    for name, document in {
        "laughs": f'<!DOCTYPE a [<!ENTITY e0 "ha">{levels}]><a>&e11;</a>',
        "long entity": f'<!DOCTYPE a [<!ENTITY e "{"x" * 10**5}">]><a>{"&e;" * 10**4}</a>',
        "file": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        "deep": "<a>" * 100_000 + "</a>" * 100_000,
        "deep, open": "<a>" * 500_000,
        "wide": "<score-partwise><part>" + "<measure/>" * 300_000 + "</part></score-partwise>",
        "attributes": "<a " + " ".join(f'a{n}="{n}"' for n in range(50_000)) + "/>",
        "long": f"<score-partwise>{'x' * 5_000_000}</score-partwise>",
    }.items():
        yield name, document.encode()
    for value in (
        "1e308",
        "-1e308",
        "1e-320",
        "nan",
        "9" * 5000,
        "99999999",
        "-5",
        "0",
        "1e5",
        "²",
    ):
        for tag in ("duration", "octave"):
            changed = original.replace(f"<{tag}>1<".encode(), f"<{tag}>{value}<".encode())
            changed = changed.replace(f"<{tag}>4<".encode(), f"<{tag}>{value}<".encode())
            yield f"{tag} {value[:9]}", changed
        divisions = f"<measure><attributes><divisions>{value}</divisions></attributes>"
        yield f"divisions {value[:9]}", original.replace(b"<measure>", divisions.encode())
        moved = f"<measure><forward><duration>{value}</duration></forward>"
        yield f"forward {value[:9]}", original.replace(b"<measure>", moved.encode())
