"""Mutated files, each read as a training or a script reads it."""

import os
import random
import resource
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from lightning import LightningDataModule
from PIL import Image

from elman.cli.errors import one_clear_sentence

# Of each of the 22 kinds of files: a thousand in all.
COUNT = round(46 * float(os.environ.get("SOAK", "1")))
SECONDS, MEMORY = 15, 2 * 2**30
Change = tuple[str, bytes]  # what was changed, and the content then


class Kind(NamedTuple):
    """A kind of file.

    Attributes:
        file: that is changed.
        use: what reads it.
        special: changes that suit this kind; random ones come after them.
        binary: whether only bytes are changed at random, not also lines and words.
        readable: whether the file can be read before it is changed.
    """

    file: Path
    use: Callable[[], object]
    special: Sequence[Change] = ()
    binary: bool = False
    readable: bool = True


@pytest.fixture
def kind() -> type[Kind]:
    return Kind


@pytest.fixture
def inputs(own_data: Path, tmp_path: Path) -> Path:
    """A copy of all files of `own_data`."""
    return Path(shutil.copytree(own_data, tmp_path / "inputs"))


@pytest.fixture
def reads_first_batches() -> Callable[[LightningDataModule], None]:
    """Reads the data, and one batch of each split, as a training does."""

    def read(data: LightningDataModule) -> None:
        data.prepare_data()
        data.setup("fit")
        for loader in (data.train_dataloader(), data.val_dataloader(), data.test_dataloader()):
            next(iter(loader))

    return read


@pytest.fixture
def each_ends_well(
    in_child: Callable[..., Any],
    record_property: Callable[[str, object], None],
    tmp_path: Path,
) -> Callable[[str, dict[str, Kind]], None]:
    """Tries mutants of each kind: one sentence that names the file, or it is read."""
    base = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()

    def check(subject: str, kinds: dict[str, Kind]) -> None:
        faults, sentences, read, slowest, largest = [], 0, 0, 0.0, 0
        for name, kind in kinds.items():
            original, draw = kind.file.read_bytes(), random.Random(f"inputs {name}")  # noqa: S311
            if kind.readable:
                ended = in_child(as_script(kind.use), SECONDS, base + MEMORY)
                assert ended.code == 0, (name, ended)
            for n, (what, content) in zip(
                range(COUNT), mutants(kind, original, draw), strict=False
            ):
                kind.file.write_bytes(content)
                ended = in_child(as_script(kind.use), SECONDS, base + MEMORY)
                slowest = max(slowest, ended.seconds)
                largest = max(largest, int(ended.output.rpartition("peak ")[2] or 0))
                read += ended.code == 0
                sentences += ended.code == 1
                fault = "wrote a file" if wrote_canary(tmp_path) else _fault(ended, kind.file)
                if fault:
                    faults.append(
                        f"{name} {n} {what}: {fault} {ended.seconds:.1f} s {ended}"[:1500]
                    )
            kind.file.write_bytes(original)
        record_property(
            "figure",
            f"mutated {subject}: {len(kinds) * COUNT} tried, {sentences} ended with one sentence, "
            f"{read} were read, {len(faults)} otherwise; slowest {slowest:.1f} s, "
            f"{largest} MiB more memory at most",
        )
        assert not faults, f"{len(faults)} faults:\n" + "\n\n".join(faults)

    return check


def _fault(ended: Any, file: Path) -> str | None:
    """What is wrong with how the reading ended; None: nothing."""
    if ended.code == 0:
        return None
    errors = [line for line in ended.errors.splitlines() if line.strip()]
    if ended.code != 1 or len(errors) != 1 or not errors[0].startswith("error: "):
        return "no sentence"
    if len(errors[0]) > 1100:
        return "a very long sentence"
    return None if file.name in errors[0] or str(file.parent) in errors[0] else "names no file"


def wrote_canary(folder: Path) -> bool:
    """Whether a file named `canary` lies where a member of an archive wants to be written."""
    above = [*folder.parent.glob("*"), *folder.glob("*")]
    return Path("/canary").exists() or any("canary" in path.name for path in above)


def memory_used() -> int:
    """The largest resident memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def as_script(use: Callable[[], object]) -> Callable[[], None]:
    """The use as a script runs it: one sentence if it fails."""

    def script() -> None:
        warnings.simplefilter("ignore")
        before = memory_used()
        try:
            with one_clear_sentence(1):
                use()
        finally:
            print(f"peak {memory_used() - before}")

    return script


def mutants(kind: Kind, original: bytes, draw: random.Random) -> Iterator[Change]:
    """Endless changes: those made for this kind of file, then random ones."""
    special = list(kind.special)
    draw.shuffle(special)
    yield from special[: 3 * COUNT // 4]
    while True:
        if not kind.binary:
            for _ in range(3):
                yield changed_text(original, draw)
        yield changed_bytes(original, draw)


def changed_bytes(original: bytes, draw: random.Random) -> tuple[str, bytes]:
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


def changed_text(original: bytes, draw: random.Random) -> tuple[str, bytes]:
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


@pytest.fixture
def other_forms() -> Callable[[bytes], list[Change]]:
    """A whole text in other forms."""
    return lambda original: list(forms(original))


def forms(original: bytes) -> Iterator[Change]:
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
