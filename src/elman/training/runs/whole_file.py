"""Text files that are never half written."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from elman.training.checkpoints.file import write_whole


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Opens a text file for writing. Unless all is written, it stays as it was.

    Args:
        path: of the file, see `write_whole`.
    """
    text = io.StringIO(newline="")
    yield text
    write_whole(path, text.getvalue().encode("utf-8"))
