"""`.ts`, the plain format in which archives keep time series, as far as classes need it.

After a header of lines `@name value …` and the line `@data`, each line is one series: its
dimensions, divided by colons, each a list of numbers divided by commas; last its class, where the
header has `@classLabel true`. Lines that begin with # are comments.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from elman.data.bad_lines import BadLines
from elman.tasks.classification.example import Example

Series = NDArray[np.float32]  # (T, I)


def read_ts(
    lines: Sequence[str], bad: BadLines, dimensions: int | None = None
) -> Iterator[Example]:
    """The series of a `.ts` file, each `(T, I)`.

    Args:
        lines: of the file.
        bad: is told of every line that holds no series.
        dimensions: I; None: as the header or else the first series has it.

    Yields:
        Each series with its class, "" where the file has none.

    Raises:
        ValueError: the header is not one that this reader knows.
    """
    header, begin = _read_header(lines, bad.source)
    labelled, *classes = header.get("classlabel", "false").split() or [""]
    if labelled.lower() not in ("true", "false"):
        raise ValueError(f"data: {bad.source} must have true or false in @classLabel")
    for name in ("dimensions", "dimension"):
        if name in header:
            found = header[name]
            if dimensions is not None and found != str(dimensions):
                raise ValueError(
                    f"data: {bad.source} has {found} dimensions, where {dimensions} are wanted"
                )
            if not found.isdecimal() or int(found) == 0:
                raise ValueError(f"data: {bad.source} has no number in @{name} {found}")
            dimensions = int(found)
    for number, text in enumerate(lines[begin:], start=begin + 1):
        line = text.strip()
        if line.startswith("#") or (not line and number == len(lines)):
            continue  # the last line ends with a line break, too
        *parts, label = line.split(":") if labelled.lower() == "true" else [*line.split(":"), ""]
        label = label.strip()
        try:
            series = _read_series(parts, dimensions)
            if classes and label not in classes:
                raise ValueError(f"its class {label!r} is none of the header's {' '.join(classes)}")
        except ValueError as error:
            bad.report(number, str(error) if line else "it is empty")
        else:
            dimensions = series.shape[1]
            yield Example(number, series, label)


def _read_header(lines: Sequence[str], source: str) -> tuple[dict[str, str], int]:
    header: dict[str, str] = {}
    for number, text in enumerate(lines):
        line = text.strip()
        if line.lower() == "@data":
            if header.get("timestamps", "false").lower() == "true":
                raise ValueError(
                    f"data: {source} has time stamps, which are not read; leave them out and write "
                    "@timeStamps false"
                )
            return header, number + 1
        if line.startswith("@"):
            name, _, value = line[1:].partition(" ")
            header[name.lower()] = value.strip()
        elif line and not line.startswith("#"):
            raise ValueError(
                f"data: {source}, line {number + 1}: a header line begins with @ or #, and ends "
                "with the line @data, before the first series"
            )
    raise ValueError(f"data: {source} is no .ts file: it has no line @data")


def _read_series(parts: list[str], dimensions: int | None) -> Series:
    """The series `(T, I)` of the texts of its dimensions; ValueError says what they have wrong."""
    if dimensions is not None and len(parts) != dimensions:
        raise ValueError(f"it has {len(parts)} dimensions, where {dimensions} are wanted")
    rows = []
    for i, part in enumerate(parts, start=1):
        try:
            rows.append(np.array(part.split(","), dtype=np.float32))
        except ValueError as error:
            raise ValueError(f"dimension {i} is no list of numbers ({error})") from error
        if len(rows[-1]) != len(rows[0]):
            raise ValueError(
                f"dimension {i} has {len(rows[-1])} numbers, dimension 1 has {len(rows[0])}"
            )
        if not np.isfinite(rows[-1]).all():
            t = int(np.isfinite(rows[-1]).argmin()) + 1
            raise ValueError(f"number {t} of dimension {i} is {rows[-1][t - 1]}")
    return np.stack(rows, axis=1)
