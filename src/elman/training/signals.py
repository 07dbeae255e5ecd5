"""The signals that ask a program to end."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Ctrl-C; a scheduler or `kill`; a closed terminal; Slurm, before the end of the time.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1")
SIGNALS = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
SAME = 1.0  # seconds: a scheduler may signal a process and then its group, which is one signal


def taken_signals() -> list[signal.Signals]:
    """Those of the signals that a program may take here, and was not told to ignore.

    No other thread than the main one may take any. `nohup` tells to ignore SIGHUP.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    return [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]


class EndSignals:
    """Takes the signals that ask the program to end; a second one ends it at once.

    Args:
        first: called at the first signal.

    Attributes:
        received: the first signal; None: there was none.
    """

    def __init__(self, first: Callable[[], None]) -> None:
        self.first = first
        self.received: signal.Signals | None = None
        self._time = 0.0  # of the first signal
        self._taken: list[signal.Signals] = []

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Takes the signals in this block, except those that the program was told to ignore."""
        self._taken = taken_signals()
        before = {number: signal.getsignal(number) for number in self._taken}
        self.take()
        try:
            yield
        finally:
            for number in self._taken:
                signal.signal(number, before[number])

    def take(self) -> None:
        """Takes the signals again, after a library has taken them."""
        for number in self._taken:
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        now = time.monotonic()
        if self.received is None:
            self.received, self._time = signal.Signals(number), now
            self.first()
        elif now - self._time > SAME:
            os._exit(128 + number)
