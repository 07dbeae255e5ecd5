"""Files that hold an example a line, and their lines that hold none."""

import logging
from typing import Literal

log = logging.getLogger(__name__)

OnBad = Literal["error", "skip"]


def check_on_bad(argument: str, on_bad: str) -> None:
    """Raises ValueError unless `on_bad` says what is to be done."""
    if on_bad not in ("error", "skip"):
        raise ValueError(f"{argument} must be error or skip, got {on_bad!r}")


class BadLines:
    """What is done with the bad lines of one file.

    Args:
        source: the file, for people.
        on_bad: "error" refuses the first, "skip" leaves them all out and counts them.
        argument: by which that is asked for.
    """

    def __init__(self, source: str, on_bad: OnBad, argument: str = "data.on_bad") -> None:
        self.argument = argument
        self.source = source
        self.on_bad = on_bad
        self._found: dict[int, str] = {}

    def found(self, line: int, reason: str) -> None:
        """Takes note of a line, counted from 1.

        Raises:
            ValueError: bad lines are to be refused.
        """
        if self.on_bad == "error":
            raise ValueError(
                f"data: {self.source}, line {line}: {reason} ({self.argument}=skip leaves such "
                "lines out)"
            )
        self._found[line] = reason

    def tell(self) -> None:
        """Logs how many lines were left out, and the first of them."""
        if self._found:
            line, reason = next(iter(self._found.items()))
            log.warning(
                "data: %s: %s bad lines are left out, the first is line %s: %s",
                self.source,
                f"{len(self._found):,}",
                line,
                reason,
            )
