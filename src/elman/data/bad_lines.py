"""Lines of a file that hold no valid example."""

import logging
from typing import Literal

log = logging.getLogger(__name__)

OnBad = Literal["error", "skip"]


def check_on_bad(argument: str, on_bad: str) -> None:
    """Raises ValueError unless `on_bad` is "error" or "skip"."""
    if on_bad not in ("error", "skip"):
        raise ValueError(f"{argument} must be error or skip, got {on_bad!r}")


class BadLines:
    """Refuses or counts the bad lines of one file.

    Args:
        source: the name of the file, for messages.
        on_bad: "error" raises an error at the first bad line; "skip" counts all of them.
        argument: the name of the user's argument that sets `on_bad`, for messages.
    """

    def __init__(self, source: str, on_bad: OnBad, argument: str = "data.on_bad") -> None:
        self.argument = argument
        self.source = source
        self.on_bad = on_bad
        self._reasons: dict[int, str] = {}

    def report(self, line: int, reason: str) -> None:
        """Records a bad line, counted from 1.

        Raises:
            ValueError: `on_bad` is "error".
        """
        if self.on_bad == "error":
            raise ValueError(
                f"data: {self.source}, line {line}: {reason} ({self.argument}=skip leaves such "
                "lines out)"
            )
        self._reasons[line] = reason

    def summarize(self) -> None:
        """Logs the number of bad lines and the first of them; logs nothing if there are none."""
        if self._reasons:
            line, reason = next(iter(self._reasons.items()))
            log.warning(
                "data: %s: %s bad lines are left out, the first is line %s: %s",
                self.source,
                f"{len(self._reasons):,}",
                line,
                reason,
            )
