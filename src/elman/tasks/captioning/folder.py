"""A folder of images with a table of captions."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from elman.data.bad_lines import OnBad
from elman.data.table import read_table
from elman.data.text_file import read_lines
from elman.tasks.captioning.images import read_image

TABLE = "captions.tsv"
FILE_NAMES = frozenset({"file", "filename", "file_name", "image", "picture", "path"})
CAPTION_NAMES = frozenset({"caption", "captions", "description", "text", "label"})


class CaptionedImages(NamedTuple):
    """Images and their captions.

    Attributes:
        pixels: RGB values from 0 to 255, uint8 `(N, 3, side, side)`.
        captions: N captions, their words separated by one space.
    """

    pixels: Tensor
    captions: list[str]


def read_folder(
    folder: Path, side: int, on_bad: OnBad, check: Callable[[str], None]
) -> CaptionedImages:
    """The images of a folder with a table `captions.tsv`, whose lines are `file<tab>caption`.

    The first line may be a header, see `header`.

    Args:
        folder: the files are named relative to it.
        side: see `read_image`.
        on_bad: what to do with a bad line or image: "error", or "skip" and count it.
        check: raises ValueError if a caption cannot be used.

    Raises:
        OSError: the folder or the table does not exist.
        ValueError: the table is not UTF-8, or has no usable line; or, with "error", a line is bad.
    """
    table = folder / TABLE
    if not table.is_file():
        raise FileNotFoundError(
            f"data.path: there is no {table}; give a folder of images with a table {TABLE} whose "
            "lines are the name of a file, a tab and its caption"
        )

    def read(columns: list[str]) -> tuple[Tensor, str]:
        image, caption = _read_line(folder, columns, side)
        check(caption)
        return image, caption

    rows = read_table(table, header(table), on_bad, read)
    if not rows:
        raise ValueError(f"data.path: {table} has no line with a readable image")
    images, captions = zip(*rows, strict=True)
    return CaptionedImages(torch.stack(images), list(captions))


def header(table: Path) -> list[list[str]]:
    """The columns of the table's header, if its first line is one, for `read_table`.

    A header has two known names, such as `file<tab>caption` or `Image<tab>Description`, and its
    first column does not name a file of the folder.
    """
    columns = [column.strip() for column in read_lines("data.path", table)[0].split("\t")]
    names = [column.casefold() for column in columns]
    is_header = (
        len(names) == 2
        and names[0] in FILE_NAMES
        and names[1] in CAPTION_NAMES
        and not (table.parent / columns[0]).is_file()
    )
    return [columns] if is_header else []


def _read_line(folder: Path, columns: list[str], side: int) -> tuple[Tensor, str]:
    if len(columns) != 2:
        raise ValueError(
            f"it has {len(columns)} columns, not 2: the name of a file, a tab and its caption"
        )
    name, caption = columns[0], " ".join(columns[1].split())
    if not caption:
        raise ValueError("its caption is empty")
    try:
        return read_image(folder / name, side), caption
    except ValueError as error:
        raise ValueError(f"{folder / name}: {error}") from error
