"""The texts that a person gives to a script."""

import sys
from collections.abc import Iterator


def given_texts(text: object) -> Iterator[tuple[str, str]]:
    """Where each text stands, and the text, without the space around it.

    Args:
        text: the script's argument; None: the lines of standard input, as they come.

    Raises:
        ValueError: a text is empty, or not UTF-8.
    """
    lines = sys.stdin if text is None else [str(text)]
    for number, line in enumerate(lines, 1):
        where = f"standard input, line {number}" if text is None else "text"
        if not line.strip():
            raise ValueError(f"{where}: is empty")
        try:
            line.encode()
        except UnicodeEncodeError as error:  # a byte that could not be read
            raise ValueError(f"{where}: is not UTF-8 text") from error
        yield where, line.strip()
