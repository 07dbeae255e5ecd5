"""Input texts of a script: its argument, or the lines of standard input."""

import sys
from collections.abc import Iterator


def given_texts(text: object) -> Iterator[tuple[str, str]]:
    """Yields the location of each text, for error messages, and the text without outer spaces.

    Args:
        text: the script's argument; None: the lines of standard input, read one at a time.

    Raises:
        ValueError: a text is empty, or not UTF-8.
    """
    lines = sys.stdin if text is None else [str(text)]
    for number, line in enumerate(lines, 1):
        location = f"standard input, line {number}" if text is None else "text"
        if not line.strip():
            raise ValueError(f"{location}: is empty")
        try:
            line.encode()
        except UnicodeEncodeError as error:  # Python decodes an invalid byte as a surrogate
            raise ValueError(f"{location}: is not UTF-8 text") from error
        yield location, line.strip()
