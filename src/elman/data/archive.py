"""Compressed files, which may be damaged, or expand to far more than they are.

A few kilobytes can expand to more than the memory holds. So each reader has a limit.
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST = 100_000_000  # bytes that any file may expand to
RATIO = 200  # and larger ones: times as many as it has; text is compressed less
# What the standard library raises for a damaged archive.
DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    KeyError,
    IndexError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)


def gunzip(content: bytes) -> bytes:
    """The content of a gzip file.

    Raises:
        ValueError: it is damaged, or expands to more than 200 times its size.
    """
    most = max(MOST, RATIO * len(content))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            expanded = file.read(most + 1)
    except DAMAGES as error:
        raise ValueError(f"it is a damaged gzip file ({error})") from error
    if len(expanded) > most:
        raise ValueError(f"it expands to more than {most:,} bytes; unpack it yourself")
    return expanded


def unzip(content: bytes, choose: Callable[[str], bool]) -> bytes:
    """The first member of a zip archive that `choose` takes by its name.

    Raises:
        ValueError: the archive is damaged, has no such member, or expands to more than 200 times
            its size.
    """
    most = max(MOST, RATIO * len(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            name = next(filter(choose, archive.namelist()), None)
            expanded = b"" if name is None else _read(archive, name, most)
    except DAMAGES as error:
        raise ValueError(f"it is a damaged zip archive ({error})") from error
    if name is None:
        raise ValueError("the zip archive has none of the files that are looked for")
    if len(expanded) > most:
        raise ValueError(f"it expands to more than {most:,} bytes")
    return expanded


def _read(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as member:
        return member.read(most + 1)


def read_arrays(file: Path) -> Mapping[str, NDArray[Any]]:
    """All arrays of a file that `numpy.savez` has written.

    Raises:
        ValueError: it is damaged, holds something else, or expands to more than 200 times its
            size.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            expanded = sum(member.file_size for member in archive.infolist())
            if expanded > max(MOST, RATIO * file.stat().st_size):
                raise ValueError(f"it expands to {expanded:,} bytes")
        with np.load(file, allow_pickle=False) as arrays:
            return dict(arrays)  # reading an array compares its checksum
    except DAMAGES as error:
        raise ValueError(f"it is damaged ({error})") from error
