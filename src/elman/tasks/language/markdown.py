"""Markdown marks, removed for display."""

import re

# Heading marks of a line, emphasis marks, and the backslash before an escaped character.
MARKS = re.compile(r"^#+ |[*_]+|\\(?=\W)", re.MULTILINE)


def strip_markdown(text: str) -> str:
    """The text without Markdown marks: `**ROMEO**` becomes `ROMEO`, `### SCENE I` `SCENE I`.

    Only for display: a network trains on the text with its marks. Marks are removed even if they
    do not match, since a network may open one and never close it.
    """
    return MARKS.sub("", text)
