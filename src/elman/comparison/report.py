"""Writes the report, sections of text, tables and pictures, as HTML, Markdown and JSON."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch.utils.benchmark import Measurement

from elman.comparison.results import Results
from elman.pages.page import plain, render


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        caption: shown above the table.
        header: headings of the columns.
        rows: one cell per column.
        numeric: all columns but the first are numbers. A narrow screen shows every other table as
            one block per row.
        folded: hidden until the reader opens it.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: bool = True
    folded: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture with its descriptions.

    Attributes:
        caption: shown below the picture.
        alt: a description for screen readers.
        svg: the picture.
    """

    caption: str
    alt: str
    svg: str

    @property
    def source(self) -> str:
        """The picture as a data URL, so that the page needs no other file."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg.encode()).decode()}"


@dataclass(frozen=True)
class Section:
    """A section of the report.

    Attributes:
        title: its heading.
        text: paragraphs.
        tables: below the text.
        pictures: below the tables.
    """

    title: str
    text: Sequence[str]
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()

    @property
    def anchor(self) -> str:
        """The fragment of its URL."""
        return self.title.lower().replace(" ", "-")


def write_report(
    directory: Path, results: Results, verdict: Mapping[str, str], sections: Sequence[Section]
) -> None:
    """Writes `report.html`, `report.md` without pictures, and `report.json` with all numbers.

    Args:
        directory: an existing one.
        results: all numbers.
        verdict: sentences by topic, for the top.
        sections: the rest of the report.
    """
    values = {
        "title": "elman.RNN compared with torch.nn.RNN",
        "verdict": verdict,
        "sections": sections,
    }
    files = {
        f"report.{kind}": render("elman.comparison", f"report.{kind}.jinja", **values)
        for kind in ("html", "md")
    }
    numbers = {"verdict": dict(verdict), **plain(results, _times)}
    files["report.json"] = json.dumps(numbers, indent=1, ensure_ascii=False, allow_nan=False)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")


def _times(value: Any) -> Any:
    return value.times if isinstance(value, Measurement) else value
