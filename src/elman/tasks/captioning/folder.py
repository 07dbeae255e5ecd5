"""Pictures and captions from a folder."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from elman.data.bad_lines import OnBad
from elman.data.table import read_table
from elman.tasks.captioning.pictures import read_picture

TABLE = "captions.tsv"
HEADER = ["file", "caption"]


class Captioned(NamedTuple):
    """Pictures and their captions.

    Attributes:
        pixels: red, green and blue from 0 to 255, uint8 `(N, 3, side, side)`.
        captions: N, words with one space between them.
    """

    pixels: Tensor
    captions: list[str]


def read_folder(folder: Path, side: int, on_bad: OnBad, check: Callable[[str], None]) -> Captioned:
    """The pictures of a folder with a table `captions.tsv`: in each line file, tab, caption.

    Args:
        folder: the files are named relative to it.
        side: see `read_picture`.
        on_bad: a line that is wrong, or whose picture is, is an "error", or one to "skip" and
            count.
        check: raises ValueError if a caption cannot be used.

    Raises:
        OSError: there is no such folder or table.
        ValueError: the table is not UTF-8 or holds no picture, or, unless they are skipped, a
            line is wrong or its picture cannot be read.
    """
    table = folder / TABLE
    if not table.is_file():
        raise FileNotFoundError(
            f"data.path: there is no {table}; give a folder of pictures with a table {TABLE}, in "
            "each line the name of a file, a tab and its caption"
        )

    def read(columns: list[str]) -> tuple[Tensor, str]:
        picture, caption = _read(folder, columns, side)
        check(caption)
        return picture, caption

    rows = read_table(table, [HEADER], on_bad, read)
    if not rows:
        raise ValueError(f"data.path: {table} names no picture that can be read")
    pictures, captions = zip(*rows, strict=True)
    return Captioned(torch.stack(pictures), list(captions))


def _read(folder: Path, columns: list[str], side: int) -> tuple[Tensor, str]:
    if len(columns) != 2:
        raise ValueError(
            f"it has {len(columns)} columns, not 2: the name of a file, a tab and its caption"
        )
    name, caption = columns[0], " ".join(columns[1].split())
    if not caption:
        raise ValueError("its caption is empty")
    try:
        return read_picture(folder / name, side), caption
    except ValueError as error:
        raise ValueError(f"{folder / name}: {error}") from error
