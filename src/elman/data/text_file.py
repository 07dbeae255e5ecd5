"""Text files of the user."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import open as open_with_progress

BLOCK = 2**16  # bytes that are decoded at once: few enough that all steps stay in the cache
LARGE = 2**26  # bytes from which on a progress bar shows how much has been read


def check_file(argument: str, path: Path) -> None:
    """Raises FileNotFoundError if there is no file at `path`."""
    if not path.is_file():
        raise FileNotFoundError(f"{argument}: there is no file {path}")


def read_text(argument: str, path: Path) -> str:
    """Reads a UTF-8 file, with or without a byte order mark. All ends of lines become line feeds.

    Args:
        argument: the name of the user's argument that gave the path, for messages.
        path: the path of the file.

    Raises:
        FileNotFoundError: the file does not exist.
        OSError: the file cannot be read.
        ValueError: the file is not UTF-8.
    """
    return "".join(read_pieces(argument, path))


def read_lines(argument: str, path: Path) -> list[str]:
    """Reads the lines of a file, without line ends. Arguments and errors: see `read_text`."""
    return read_text(argument, path).split("\n")


def read_pieces(argument: str, path: Path) -> Iterator[str]:
    """Reads a file of any size in pieces, which joined are its text.

    Arguments and errors: see `read_text`.

    Yields:
        A piece for each block of the file, and a last one; a piece may be empty.
    """
    check_file(argument, path)
    console = Console()
    hidden = path.stat().st_size < LARGE or not console.is_terminal
    # A character or a CR LF may lie in two blocks: the decoder keeps its beginning.
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8-sig")(), translate=True
    )
    line = 1
    with open_with_progress(
        path,
        "rb",
        description=f"Reading {path.name}",
        console=console,
        disable=hidden,
        transient=True,
    ) as file:
        while True:
            block = file.read(BLOCK)
            try:
                yield decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise ValueError(
                    f"{argument}: {path}, line {line}: it is not UTF-8 text; convert it, for "
                    "example with iconv -f LATIN1 -t UTF-8"
                ) from error
            if not block:
                return
            line += block.count(b"\n")
