"""Whether results can be written; checked before the work begins."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def check_output_file(argument: str, file: str | Path) -> None:
    """Checks that a file can be written, in a folder that need not exist yet.

    Raises:
        OSError: it is a folder, or its folder cannot be written to.
    """
    if os.path.isdir(Path(file)):  # "" is the working directory
        raise IsADirectoryError(f"{argument} must be a file, but {Path(file)} is a folder")
    _check_writable(argument, file, Path(file).absolute().parent)


def check_output_folder(argument: str, folder: str | Path) -> None:
    """Checks that files can be written into a folder, which need not exist yet.

    Raises:
        OSError: it is a file, or cannot be written to.
    """
    _check_writable(argument, folder, Path(folder).absolute())


def _check_writable(argument: str, output: str | Path, folder: Path) -> None:
    """Tries to write a file into the folder, or the nearest one above it that there is."""
    existing = next(each for each in (folder, *folder.parents) if os.path.exists(each))
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.stat(output)  # its name may be too long
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise OSError(
            f"{argument} must be writable, but {output} is not: {error.strerror}"
        ) from error
