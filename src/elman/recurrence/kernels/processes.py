"""Whether this process was forked after elman was imported, by its process id."""

import os

IMPORTED_IN = os.getpid()


def forked() -> bool:
    """Whether this process is a fork of the process that imported elman.

    A forked process has no worker threads, but OpenMP assumes that they exist. torch or the
    compiled loops would wait for them forever.
    """
    return os.getpid() != IMPORTED_IN
