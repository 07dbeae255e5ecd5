"""Log messages on standard output."""

import logging


class PrintHandler(logging.Handler):
    """Prints to the present standard output, so that messages appear above a progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        """Prints the record."""
        print(self.format(record))
