"""Text files of the user."""

from pathlib import Path


def read_text(argument: str, path: Path) -> str:
    """Reads a UTF-8 file, with or without a byte order mark.

    Args:
        argument: the name of the user's argument that gave the path, for messages.
        path: the path of the file.

    Raises:
        FileNotFoundError: the file does not exist.
        OSError: the file cannot be read.
        ValueError: the file is not UTF-8.
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
    """Reads the lines of a file, without line ends. Arguments and errors: see `read_text`."""
    return read_text(argument, path).split("\n")
