"""Files that one process makes, for all that need them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock


@contextmanager
def made_once(directory: Path, name: str) -> Iterator[Path]:
    """A temporary folder, for the only process that makes `name` at this time.

    Other processes wait before the block until it has ended. So the block first looks whether
    `name` is there by now, and moves it from the temporary folder into `directory` if not. What a
    process that was killed has left behind is removed.

    Args:
        directory: made if missing.
        name: what is made there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lock, temporary = directory / f".{name}.lock", directory / f".{name}.part"
    with FileLock(lock):  # the system frees it when the process dies
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            yield temporary
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            with suppress(OSError):  # Windows does not remove an open file
                lock.unlink()
