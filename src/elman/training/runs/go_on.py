"""How an interrupted training goes on."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elman.training.checkpoints.stored_overrides import not_harmless
from elman.training.runs.folder import LAST
from elman.training.runs.next_steps import relative


def command_to_go_on(run: Path) -> str | None:
    """The command that continues the training; None: there is no checkpoint yet."""
    if not (run / LAST).is_file():
        return None
    again = [shlex.quote(override) for override in not_harmless(run)]
    folder = shlex.quote(str(relative(run)))
    return " ".join([f"python scripts/train.py resume={folder}", *again])


@contextmanager
def says_how_to_go_on(run: Path) -> Iterator[None]:
    """Adds the command to an error of the disk, such as a full one, in the block.

    Raises:
        OSError: there was one, and the training can go on when its cause is gone.
    """
    try:
        yield
    except OSError as error:
        if (command := command_to_go_on(run)) is None:
            raise
        message = f"{error}; when that is mended, continue with: {command}"
        kind = type(error) if isinstance(error, ChildProcessError) else OSError
        raise kind(message) from error
