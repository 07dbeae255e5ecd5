"""Damaged and hostile archives of checkpoints: their bytes, members and pickles."""

import io
import pickle
import random
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.soak


def test_a_mutated_archive_ends_in_a_sentence_or_loads(
    each_ends_well: Callable[..., None], mutant: Any
) -> None:
    def mutants(original: bytes, draw: random.Random, canary: Path) -> Iterator[Any]:
        while True:
            yield mutant(*archive_bytes(original, draw), same=True)
            yield mutant(*members(original, draw))
            yield mutant(*pickled(original, draw, canary))

    each_ends_well("archives", mutants, 430)


def archive_bytes(original: bytes, draw: random.Random) -> tuple[str, bytes]:
    """Flipped, cut, zeroed, or inserted bytes."""
    content, place = bytearray(original), draw.randrange(len(original))
    what = draw.choice(["flip", "flip", "cut", "zeros", "insert", "noise", "end"])
    if what == "flip":
        content[place] ^= 1 << draw.randrange(8)
    elif what == "cut":
        del content[place:]
    elif what == "end":  # the directory of the archive
        content[-1 - draw.randrange(min(600, len(content)))] = draw.randrange(256)
    elif what == "zeros":
        size = min(draw.choice([1, 16, 512]), len(content) - place)
        content[place : place + size] = bytes(size)
    elif what == "insert":
        content[place:place] = draw.randbytes(draw.choice([1, 7, 64]))
    else:
        size = min(64, len(content) - place)
        content[place : place + size] = draw.randbytes(size)
    return (f"{what} at {place}", bytes(content))


def members(original: bytes, draw: random.Random) -> tuple[str, bytes]:
    """A member of the archive changed, removed or there twice, with the right checksums."""
    what = draw.choice(["change", "change", "remove", "twice", "shorten", "lengthen"])
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        all_members = {name: archive.read(name) for name in archive.namelist()}
    chosen = draw.choice([name for name in all_members if not name.endswith(".pkl")])
    content = bytearray(all_members[chosen])
    if what == "change" and content:
        content[draw.randrange(len(content))] = draw.randrange(256)
    elif what == "shorten":
        del content[len(content) // 2 :]
    elif what == "lengthen":
        content += draw.randbytes(64)
    kept = {name: each for name, each in all_members.items() if what != "remove" or name != chosen}
    if what != "remove":
        kept[chosen] = bytes(content)
    return (f"{what} {chosen}", zipped(kept, twice=chosen if what == "twice" else None))


def pickled(original: bytes, draw: random.Random, canary: Path) -> tuple[str, bytes]:
    """Other opcodes in the pickle, with the right checksums."""
    with zipfile.ZipFile(io.BytesIO(original)) as archive:
        all_members = {name: archive.read(name) for name in archive.namelist()}
    [name] = (name for name in all_members if name.endswith("data.pkl"))
    content, place = bytearray(all_members[name]), draw.randrange(2, len(all_members[name]))
    what = draw.choice(["opcode", "opcode", "insert", "delete", "cut", "code", "long", "deep"])
    opcodes = b"(.012FIJKLMNPQRSTUVX]abcdeghijlopqrstu}\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b"
    if what == "opcode":
        content[place] = draw.choice(opcodes)
    elif what == "insert":
        content[place:place] = bytes([draw.choice(opcodes)])
    elif what == "delete":
        del content[place]
    elif what == "cut":
        del content[place:]
    elif what == "code":
        call = pickle.dumps(Hostile(canary), protocol=2)[2:-1] + b"0"
        content[2:2] = call  # runs first, then it is dropped
    elif what == "long":
        content[2:2] = b"X\xff\xff\xff\x7f"  # a text of 2 GiB
    else:
        content[2:2] = b"(" * 100_000
    all_members[name] = bytes(content)
    return (f"{what} at {place} of the pickle", zipped(all_members))


class Hostile:
    """Whoever unpickles this makes a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return open, (str(self.file), "w")


def zipped(all_members: dict[str, bytes], twice: str | None = None) -> bytes:
    """An archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in all_members.items():
            archive.writestr(name, content)
        if twice is not None:
            with warnings.catch_warnings(action="ignore"):
                archive.writestr(twice, bytes(len(all_members[twice])))
    return buffer.getvalue()
