"""A thousand damaged or hostile input files, each read as a training or a script reads it."""

import gzip
import io
import json
import os
import random
import resource
import shutil
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.io import wavfile
from torch import nn

from elman.cli.errors import one_clear_sentence
from elman.cli.overrides import for_hydra
from elman.data.archive import read_arrays
from elman.data.fetch import Package, fetch
from elman.inspection.recorded_path import read_path
from elman.tasks.captioning.data import CaptioningData
from elman.tasks.classification.series import SeriesClassificationData
from elman.tasks.classification.texts import TextClassificationData
from elman.tasks.digits.data import DigitData
from elman.tasks.forecasting.data import ForecastingData
from elman.tasks.language.data import CharacterData
from elman.tasks.music.data import MusicData
from elman.tasks.speech.data import SpeechData
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.subwords import Subwords
from elman.training.curves import read_curves
from elman.training.results import Result
from elman.training.sweep import report

pytestmark = pytest.mark.soak
COUNT = int(1000 * float(os.environ.get("SOAK", "1")))
SECONDS, MEMORY = 15, 2 * 2**30
SMALL = {"validation": 0.2, "test": 0.2}
Content = bytes


def set_up(data: Any) -> Callable[[], None]:
    """Reads the data, and one batch of each split, as a training does."""

    def use() -> None:
        data.prepare_data()
        data.setup("fit")
        for loader in (data.train_dataloader(), data.val_dataloader(), data.test_dataloader()):
            next(iter(loader))

    return use


def series(path: Path) -> ForecastingData:
    return ForecastingData(str(path), season=8, window=24, horizon=4)


def captions(path: Path) -> CaptioningData:
    return CaptioningData(str(path), side=16, combination_size=2, min_count=8)


# How each kind of file is read: the file of `own_data` that is changed, and its reader.
DATA: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "text": ("book.txt", lambda path: CharacterData(str(path), batch_size=4, chunk_length=18)),
    "digits": ("digits.csv", lambda path: DigitData(str(path), validation=20, test=20)),
    "gzip": ("digits.csv.gz", lambda path: DigitData(str(path), validation=20, test=20)),
    "names": ("names.csv", lambda path: TextClassificationData(str(path))),
    "ts": ("series.ts", lambda path: SeriesClassificationData(str(path))),
    "series": ("series.csv", series),
    "tsv": ("pairs.tsv", lambda p: TranslationData(path=str(p), vocabulary_size=60, **SMALL)),
    "po": ("catalogue.po", lambda p: TranslationData(path=str(p), vocabulary_size=60, **SMALL)),
    "captions": ("captions/captions.tsv", lambda path: captions(path.parent)),
    "image": ("captions/red-dot-0.png", lambda path: captions(path.parent)),
    "transcripts": ("speech/transcripts.tsv", lambda path: SpeechData([], str(path.parent))),
    "wav": ("speech/0.wav", lambda path: SpeechData([], str(path.parent))),
    "musicxml": ("music/03.musicxml", lambda path: MusicData(str(path.parent))),
    "mxl": ("music/03.mxl", lambda path: MusicData(str(path.parent))),
}
RUN = {"overrides.yaml", "result.json", "csv/version_0/metrics.csv"}


@pytest.fixture
def folder(own_data: Path, tmp_path: Path) -> Path:
    """A copy of all files, with those of a finished run, a wheel, and a vocabulary."""
    folder = Path(shutil.copytree(own_data, tmp_path / "copy"))
    score = (folder / "music" / "03.musicxml").read_bytes()
    (folder / "music" / "03.musicxml").unlink()
    (folder / "music" / "03.mxl").write_bytes(zipped({"a.xml": score}))
    (folder / "music" / "03.musicxml").write_bytes(score.replace(b"<octave>4", b"<octave>5"))
    run = folder / "run"
    (run / "csv" / "version_0").mkdir(parents=True)
    overrides = "- seed=1\n- data.path=/x/book.txt\n- '+trainer.max_steps=3'\n"
    (run / "overrides.yaml").write_text(overrides)
    metrics = {"bpc": 2.5, "cost": 1.7}
    result = Result("bpc", "{bpc:.3f} bits per character", "bits", "{cost:.2f}", metrics, 9, 1.5)
    (run / "result.json").write_text(json.dumps(asdict(result)))
    rows = "".join(f"{n},{0.1 * n},{n // 5}\n" for n in range(20))
    (run / "csv" / "version_0" / "metrics.csv").write_text(f"step,train/cost,epoch\n{rows}")
    torch.save({"steps": torch.arange(4), "weights": torch.rand(4, 6)}, run / "path.pt")
    np.savez_compressed(run / "arrays.npz", cells=["rnn"], G=np.ones((4, 4)))
    (folder / "wheels").mkdir()
    wheel = zipped({"a/book.txt": b"To be", "../../canary": b"x", "/canary": b"x"})
    (folder / "wheels" / "book-1.0-py3-none-any.whl").write_bytes(wheel)
    texts = [f"the {n} lamps" for n in range(50)]
    (folder / "vocabulary.txt").write_text(Subwords.learn(texts, 40).serialize())
    return folder


def readers(folder: Path) -> Iterator[tuple[str, Path, Callable[[], None]]]:
    """The kind of each file, the file, and what reads it."""
    for kind, (name, make) in DATA.items():
        yield kind, folder / name, lambda make=make, name=name: set_up(make(folder / name))()
    run = folder / "run"
    yield "result", run / "result.json", lambda: report([run], run)
    yield "overrides", run / "overrides.yaml", lambda: print(for_hydra([f"resume={run}"]))
    yield "stored", run / "overrides.yaml", lambda: report([run], run)
    metrics = run / "csv" / "version_0" / "metrics.csv"
    yield "metrics", metrics, lambda: print(read_curves(run))
    yield "path", run / "path.pt", lambda: print(read_path(run / "path.pt", nn.Linear(2, 2)))
    yield "arrays", run / "arrays.npz", lambda: print(in_file(read_arrays, run / "arrays.npz"))
    wheel = folder / "wheels" / "book-1.0-py3-none-any.whl"
    package = Package("book", "1.0", "0" * 64)
    yield "wheel", wheel, lambda: print(fetch(package, wheel.parent))
    vocabulary = folder / "vocabulary.txt"
    yield "vocabulary", vocabulary, lambda: in_file(use_vocabulary, vocabulary)


def in_file(read: Callable[[Path], object], path: Path) -> object:
    """What is read; its callers in the package name the file, as this does."""
    try:
        return read(path)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def use_vocabulary(path: Path) -> None:
    """Encodes and decodes with a vocabulary, as a translation does."""
    vocabulary = Subwords(path.read_bytes().decode("utf-8"))
    tokens = vocabulary.encode("the 7 lamps ü")
    print(len(vocabulary), vocabulary.decode(tokens), vocabulary.readable(tokens))
    vocabulary.unknown_characters("ü")
    vocabulary.decode(range(len(vocabulary)))


def test_a_mutated_input_ends_in_a_sentence_or_is_read(
    folder: Path,
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> None:
    base = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    faults, sentences, loads, slowest, largest = [], 0, 0, 0.0, 0
    kinds = list(readers(folder))
    for kind, file, use in kinds:
        original, draw = file.read_bytes(), random.Random(f"inputs {kind}")  # noqa: S311
        if kind != "wheel":
            ended = in_child(as_script(use), SECONDS, base + MEMORY)
            assert ended.code == 0, (kind, ended)
        for n, (what, content) in enumerate(mutants(kind, original, draw)):
            if n == COUNT // len(kinds):
                break
            file.write_bytes(content)
            ended = in_child(as_script(use), SECONDS, base + MEMORY)
            slowest = max(slowest, ended.seconds)
            largest = max(largest, int(ended.output.rpartition("peak ")[2] or 0))
            errors = [line for line in ended.errors.splitlines() if line.strip()]
            if ended.code == 1 and len(errors) == 1 and errors[0].startswith("error: "):
                sentences += 1
                named = (
                    str(file) in errors[0]
                    or file.name in errors[0]
                    or str(file.parent) in errors[0]
                )
                fault = "" if named and len(errors[0]) < 1100 else "names no file, or is long"
            else:
                loads += ended.code == 0
                fault = "" if ended.code == 0 else "no sentence"
            if any("canary" in path.name for path in tmp_path.parent.glob("*")) or any(
                tmp_path.glob("canary")
            ):
                fault = "wrote a file"
            if fault:
                faults.append(
                    f"{kind} {n} {what}: {fault} (exit code {ended.code}, "
                    f"{ended.seconds:.1f} s) {ended.errors[-1200:]}"
                )
        file.write_bytes(original)
    more = (largest - resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
    record_property(
        "figure",
        f"mutated inputs: {sentences} of {sentences + loads} one sentence, {loads} read, slowest "
        f"{slowest:.1f} s, {more:.0f} MiB more memory at most",
    )
    if os.environ.get("FAULTS"):
        Path(os.environ["FAULTS"]).write_text("\n\n".join(faults))
    assert not faults, f"{len(faults)} faults:\n" + "\n\n".join(faults[:20])


def as_script(use: Callable[[], None]) -> Callable[[], None]:
    """The use as a script runs it: one sentence if it fails."""

    def script() -> None:
        warnings.simplefilter("ignore")
        try:
            with one_clear_sentence(1):
                use()
        finally:
            print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")

    return script


def mutants(kind: str, original: Content, draw: random.Random) -> Iterator[tuple[str, Content]]:
    """Endless changes: those made for this kind of file, and between them random ones."""
    makers = {
        "wav": sounds, "image": images, "gzip": gzips, "mxl": archives, "musicxml": scores,
        "overrides": lists, "stored": lists, "result": results, "path": paths, "arrays": arrays,
    }  # fmt: skip
    special = list(makers.get(kind, texts)(original))
    draw.shuffle(special)
    yield from special[: COUNT // 20]
    binary = kind in ("wav", "image", "gzip", "mxl", "path", "arrays", "wheel")
    for number in cycle(range(4)):
        yield (changed_bytes if binary or number == 3 else changed_text)(original, draw)


def changed_bytes(original: Content, draw: random.Random) -> tuple[str, Content]:
    """Flipped, cut, zeroed, inserted or repeated bytes."""
    content, place = bytearray(original), draw.randrange(len(original))
    what = draw.choice(["flip", "head", "cut", "zeros", "insert", "repeat", "noise"])
    if what == "flip":
        content[place] ^= 1 << draw.randrange(8)
    elif what == "head":
        content[draw.randrange(min(len(content), 64))] = draw.choice([0, 1, 127, 128, 255])
    elif what == "cut":
        del content[place:]
    elif what == "zeros":
        content[place : place + 64] = bytes(len(content[place : place + 64]))
    elif what == "insert":
        content[place:place] = draw.randbytes(draw.choice([1, 4, 64]))
    elif what == "repeat":
        content[place:place] = content[max(0, place - 100) : place] * draw.choice([1, 50])
    else:
        content[place : place + 64] = draw.randbytes(len(content[place : place + 64]))
    return f"{what} at {place}", bytes(content)


TOKENS = [
    "", " ", "\t", "\t\t", "\n", "\r", "\r\n", ",", ";", ":", '"', '""', "'", "\\", "\0", "\ufeff",
    "nan", "inf", "-inf", "1e999", "-1", "9" * 400, "1e308", "0x10", "²", "١", "1_0", "None", "?",
    "\u2028", "\x85", "\u202e", "e\u0301", "😀", "x" * 5000, "@data", "@dimensions 0", "#", "msgid",
    'msgid "a"\nmsgid "b"', 'msgstr[0] "x"', "../../x.png", "/etc/passwd", "/dev/zero", "..", ".",
    "2024-02-30T00:00", "0001-01-01T00:00", "9999-12-31T23:00", "2024-01-01T00:00+99:00",
    "${oc.env:HOME}", "!!python/object/apply:os.system [x]", "&a", "*a", "{", "}", "[", "]", "<",
    "&lt;", "<!--", "]]>",
]  # fmt: skip


def changed_text(original: Content, draw: random.Random) -> tuple[str, Content]:
    """Lines deleted, doubled, swapped; words replaced by awkward ones."""
    lines = original.decode().split("\n")
    n, token = draw.randrange(len(lines)), draw.choice(TOKENS)
    what = draw.choice(
        ["word", "word", "word", "insert", "delete", "double", "swap", "end", "field"]
    )
    if what == "word":
        place = draw.randrange(len(lines[n]) + 1)
        lines[n] = lines[n][:place] + token + lines[n][place + draw.choice([0, 1, 9]) :]
    elif what == "field":
        separator = next((s for s in "\t,:" if s in lines[n]), " ")
        fields = lines[n].split(separator)
        fields[draw.randrange(len(fields))] = token
        lines[n] = separator.join(fields)
    elif what == "insert":
        lines.insert(n, token)
    elif what == "delete":
        del lines[n]
    elif what == "double":
        lines[n:n] = [lines[n]] * draw.choice([1, 3])
    elif what == "swap":
        m = draw.randrange(len(lines))
        lines[n], lines[m] = lines[m], lines[n]
    else:
        lines = [*lines[:n], token]
    return f"{what} {token[:20]!r} in line {n + 1}", "\n".join(lines).encode("utf-8", "replace")


def texts(original: Content) -> Iterator[tuple[str, Content]]:
    """The whole text in another form."""
    text = original.decode("utf-8", "replace")
    yield "empty", b""
    for encoding in ("utf-16", "utf-32", "utf-8-sig", "utf-7"):
        yield encoding, text.encode(encoding)
    yield "latin-1", text.replace("o", "ö").encode("latin-1", "replace")
    for name, end in (("crlf", "\r\n"), ("cr", "\r"), ("none", "")):
        yield name, text.replace("\n", end).encode()
    yield "one line", text.split("\n")[0].encode()
    yield "zeros", bytes(10_000)
    yield "long line", b"a" * 3_000_000
    yield "many lines", b"\n" * 100_000
    yield "many commas", b"," * 300_000
    yield "many tabs", b"\t" * 300_000
    yield "quote", b'"' + original
    yield "json", b'{"a": 1}'
    yield "png", Image.new("RGB", (1, 1))._repr_png_() or b""


def sounds(original: Content) -> Iterator[tuple[str, Content]]:
    """Sounds of all kinds, and headers that lie."""
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, 8000)
    kinds: dict[str, np.ndarray] = {
        "8 bits": (127 * x + 128).astype(np.uint8), "16 bits": (32767 * x).astype(np.int16),
        "32 bits": (2**31 * 0.99 * x).astype(np.int32), "float": x.astype(np.float32),
        "double": x, "stereo": np.stack([x, x], 1).astype(np.float32), "nan": np.full(8000, np.nan),
        "huge": np.full(8000, 1e300), "silence": np.zeros(8000, np.int16), "short": x[:9],
        "none": x[:0].astype(np.int16), "infinite": np.full(8000, np.inf, np.float32),
    }  # fmt: skip
    for name, samples in kinds.items():
        for rate in (16_000, 8_000, 44_100) if "bits" in name else (16_000,):
            buffer = io.BytesIO()
            wavfile.write(buffer, rate, samples)
            yield f"{name} at {rate}", buffer.getvalue()
    deep = b"".join(struct.pack("<i", int(v * 2**23))[:3] for v in x)
    yield "24 bits", wav(3, 1, 16_000, 24, deep)
    for rate in (0, 1, 999, 2**31 - 1, 2**32 - 1, 44_101, 191_999):
        yield f"rate {rate}", wav(1, 1, rate, 16, original[44:])
    for channels in (0, 2, 3, 255, 65_535):
        yield f"{channels} channels", wav(1, channels, 16_000, 16, original[44:])
    for bits in (0, 1, 4, 7, 12, 20, 24, 33, 48, 64, 65_535):
        yield f"{bits} bits of header", wav(1, 1, 16_000, bits, original[44:])
    for form in (0, 2, 3, 6, 7, 17, 85, 0xFFFE):
        yield f"format {form}", wav(form, 1, 16_000, 16, original[44:])
    for size in (0, 1, 2**31 - 1, 2**32 - 1):
        yield f"data of {size}", original[:40] + struct.pack("<I", size) + original[44:]
        yield f"file of {size}", original[:4] + struct.pack("<I", size) + original[8:]
        yield f"fmt of {size}", original[:16] + struct.pack("<I", size) + original[20:]
    yield "RIFX", b"RIFX" + original[4:]
    yield "RF64", b"RF64" + original[4:]


def wav(form: int, channels: int, rate: int, bits: int, data: bytes) -> bytes:
    """A WAV file with this header, right or wrong."""
    block = channels * (bits // 8)
    header = struct.pack("<HHIIHH", form, channels, rate, rate * block % 2**32, block % 2**16, bits)
    chunks = b"fmt " + struct.pack("<I", len(header)) + header
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def images(_: Content) -> Iterator[tuple[str, Content]]:
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


def gzips(original: Content) -> Iterator[tuple[str, Content]]:
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


def archives(original: Content) -> Iterator[tuple[str, Content]]:
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


def scores(original: Content) -> Iterator[tuple[str, Content]]:
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


def lists(original: Content) -> Iterator[tuple[str, Content]]:
    """YAML that is no list of texts, or a bomb."""
    yield from texts(original)
    laughs = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
    merges = "\n".join(f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))
    for name, text in {
        "laughs": f"a0: &a0 [ha]\n{laughs}\n", "merges": f"a0: &a0 {{x: 1}}\n{merges}\n",
        "list of laughs": f"- a0: &a0 [ha]\n- [{', '.join(['*a0'] * 9)}]\n", "text": "seed=1",
        "mapping": "seed: 1\n", "numbers": "- 1\n- null\n- 2.5\n- 2020-01-01\n",
        "loop": "&a\n- *a\n", "tab": "\t- seed=1\n",
        "code": "- !!python/object/apply:os.system ['touch canary']\n", "deep": "[" * 20_000,
        "two": "- a=1\n---\n- b=1\n", "nested": "- [seed=1]\n",
    }.items():  # fmt: skip
        yield name, text.encode()


def results(original: Content) -> Iterator[tuple[str, Content]]:
    """JSON with other types, and format strings that do something else."""
    yield from texts(original)
    result = json.loads(original)
    for key in result:
        for value in (None, 1, -1, 1e999, "x", [], {}, True, "{bpc.__class__}", "{bpc:>999999999}"):
            yield f"{key} {value}", json.dumps({**result, key: value}).encode()
        yield f"no {key}", json.dumps({k: v for k, v in result.items() if k != key}).encode()
    yield "deep", b"[" * 100_000
    yield "long number", b'{"seconds": ' + b"9" * 5000 + b"}"


def paths(_: Content) -> Iterator[tuple[str, Content]]:
    """Other tensors than those of a path."""
    for value in (
        [], {}, {"steps": 1, "weights": 2}, torch.zeros(3), {"steps": torch.arange(4)},
        {"steps": torch.arange(3), "weights": torch.rand(4, 6)},
        {"steps": torch.arange(4), "weights": torch.full((4, 6), float("nan"))},
        {"steps": torch.arange(4), "weights": torch.zeros(1).expand(4, 6)},
        {"steps": torch.arange(4), "weights": torch.rand(4, 6), "more": 1},
        {"steps": torch.arange(0), "weights": torch.rand(0, 6)},
        {"steps": torch.arange(4), "weights": torch.rand(4, 6).to_sparse()},
    ):  # fmt: skip
        buffer = io.BytesIO()
        torch.save(value, buffer)
        yield str(value)[:50], buffer.getvalue()


def arrays(_: Content) -> Iterator[tuple[str, Content]]:
    """Arrays whose headers lie, hold objects, or are bombs."""
    buffer = io.BytesIO()
    np.savez(buffer, cells=np.array([object()], dtype=object))
    yield "objects", buffer.getvalue()
    buffer = io.BytesIO()
    np.savez_compressed(buffer, cells=np.zeros(4 * 10**7))
    yield "bomb", buffer.getvalue()
    for shape in ("(999999999999,)", "(-1,)", "(4, 10**9)", "(True,)"):
        header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
        yield shape, zipped({"cells.npy": content})
