"""The user's own files of text."""

from pathlib import Path


def read_text(argument: str, path: Path) -> str:
    """The text of a UTF-8 file, with or without a byte order mark.

    Args:
        argument: what the file was given for, for messages.
        path: of the file.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: it cannot be read.
        ValueError: it is not UTF-8.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{argument}: there is no file {path}")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{argument}: {path}, line {line}: it is not UTF-8 text; convert it, for example with "
            "iconv -f LATIN1 -t UTF-8"
        ) from error


def read_lines(argument: str, path: Path) -> list[str]:
    """The lines of a file, without their ends; arguments and errors as of `read_text`."""
    return read_text(argument, path).split("\n")
