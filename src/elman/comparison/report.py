"""Writes the report, sections of text, tables and pictures, as HTML, Markdown and JSON."""

import base64
import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from torch.utils.benchmark import Measurement

from elman.comparison.results import Results


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
    environment = Environment(
        loader=PackageLoader("elman.comparison"),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    numbers = {"verdict": dict(verdict), **_plain(results)}
    files = {
        f"report.{kind}": environment.get_template(f"report.{kind}.jinja").render(
            verdict=verdict, sections=sections
        )
        for kind in ("html", "md")
    }
    files["report.json"] = json.dumps(numbers, indent=1, ensure_ascii=False, allow_nan=False)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")


def _plain(value: Any) -> Any:
    """The value as JSON supports it, without infinity and NaN."""
    if isinstance(value, Measurement):
        return value.times
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return value._asdict()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
