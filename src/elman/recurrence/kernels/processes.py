"""Whether this process was forked, told by the number it had when elman was imported."""

import os

IMPORTED_IN = os.getpid()


def forked() -> bool:
    """Whether this is a process that the one which imported elman has forked.

    A fork takes no threads along, but OpenMP believes they are there: who gives them work, be it
    torch or the compiled loops, waits for ever.
    """
    return os.getpid() != IMPORTED_IN
