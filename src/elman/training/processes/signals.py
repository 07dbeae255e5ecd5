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
        self._send: Callable[[int], None] | None = None  # to the processes that train
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
        _mask("SIG_UNBLOCK")

    def note(self, number: int) -> None:
        """Notes a signal that another process got."""
        if self.received is None:
            self.received, self._time = signal.Signals(number), time.monotonic()

    @contextmanager
    def sent_on(self, send: Callable[[int], None]) -> Iterator[None]:
        """In this block, other processes do the work: a signal is only sent on to them.

        Args:
            send: sends a signal to all of them.
        """
        self._send = send
        try:
            yield
        finally:
            self._send = None

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        now = time.monotonic()
        if self.received is None:
            self.received, self._time = signal.Signals(number), now
            if self._send is None:
                self.first()
            else:
                self._send(number)
        elif now - self._time > SAME:
            if self._send is not None:
                self._send(signal.SIGKILL)
            os._exit(128 + number)


@contextmanager
def delayed() -> Iterator[None]:
    """Keeps the signals back in this block, and in a process that it starts until that takes them.

    So none comes while that process can only die of it.
    """
    _mask("SIG_BLOCK")
    try:
        yield
    finally:
        _mask("SIG_UNBLOCK")


def _mask(how: str) -> None:
    if hasattr(signal, "pthread_sigmask"):  # not on Windows
        signal.pthread_sigmask(getattr(signal, how), SIGNALS)
