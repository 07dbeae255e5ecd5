"""The `.ts` format of time series archives (timeseriesclassification.com), without time stamps.

The header has lines `@name value …` and ends with the line `@data`. Each line after it is one
series. Colons separate its dimensions, and commas separate the numbers of a dimension. If the
header has `@classLabel true`, the class comes last, after a colon. Lines that begin with # are
comments.
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
    """Reads the series of a `.ts` file, each `(T, I)`.

    Args:
        lines: the lines of the file.
        bad: takes every line that holds no series.
        dimensions: I. None: the number in the header, or else that of the first series.

    Yields:
        Each series with its class, which is "" if the file has no classes.

    Raises:
        ValueError: the header is invalid, or has time stamps.
    """
    header, begin = _read_header(lines, bad.source)
    labelled, *classes = header.get("classlabel", "false").split() or [""]
    if labelled.lower() not in ("true", "false"):
        raise ValueError(f"data: {bad.source} has neither true nor false in @classLabel")
    for name in ("dimensions", "dimension"):
        if name in header:
            stated = header[name]
            if dimensions is not None and stated != str(dimensions):
                raise ValueError(f"data: {bad.source} has {stated} dimensions, not {dimensions}")
            if not stated.isdecimal() or int(stated) == 0:
                raise ValueError(f"data: {bad.source} has no positive number in @{name} {stated}")
            dimensions = int(stated)
    for number, text in enumerate(lines[begin:], start=begin + 1):
        line = text.strip()
        if line.startswith("#") or (not line and number == len(lines)):
            continue  # the file may end with a line break
        *rows, label = line.split(":") if labelled.lower() == "true" else [*line.split(":"), ""]
        label = label.strip()
        try:
            series = _read_series(rows, dimensions)
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
                    f"data: {source} has time stamps, which are not supported; remove them and "
                    "write @timeStamps false"
                )
            return header, number + 1
        if line.startswith("@"):
            name, _, value = line[1:].partition(" ")
            header[name.lower()] = value.strip()
        elif line and not line.startswith("#"):
            raise ValueError(
                f"data: {source}, line {number + 1}: this line of the header begins with neither @ "
                "nor #; the header must end with the line @data"
            )
    raise ValueError(f"data: {source} is not a .ts file: it has no line @data")


def _read_series(texts: list[str], dimensions: int | None) -> Series:
    """The series `(T, I)` from one text for each dimension; raises ValueError if one is bad."""
    if dimensions is not None and len(texts) != dimensions:
        raise ValueError(f"it has {len(texts)} dimensions, not {dimensions}")
    rows = []
    for i, text in enumerate(texts, start=1):
        try:
            rows.append(np.array(text.split(","), dtype=np.float32))
        except ValueError as error:
            raise ValueError(f"dimension {i} is not a list of numbers ({error})") from error
        if len(rows[-1]) != len(rows[0]):
            raise ValueError(
                f"dimension {i} has {len(rows[-1])} numbers, dimension 1 has {len(rows[0])}"
            )
        if not np.isfinite(rows[-1]).all():
            t = int(np.isfinite(rows[-1]).argmin()) + 1
            raise ValueError(f"number {t} of dimension {i} is {rows[-1][t - 1]}")
    return np.stack(rows, axis=1)
