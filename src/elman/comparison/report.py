"""The report: sections of text, tables and pictures, written as HTML, Markdown and JSON."""

import base64
import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from elman.comparison.results import Results


@dataclass(frozen=True)
class Table:
    """Rows of text.

    Attributes:
        caption: what the table tells.
        header: names of the columns.
        rows: a cell for each column.
        numeric: all columns but the first are figures.
        folded: shown only when asked for.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: bool = True
    folded: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture and what it shows.

    Attributes:
        caption: below the picture.
        alt: what there is to see, for those who do not see it.
        svg: the picture.
    """

    caption: str
    alt: str
    svg: str

    @property
    def source(self) -> str:
        """The picture itself as an address, so that the page needs no other file."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg.encode()).decode()}"


@dataclass(frozen=True)
class Section:
    """A part of the report.

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
        """The heading as the end of an address."""
        return self.title.lower().replace(" ", "-")


def write_report(
    directory: Path, results: Results, verdict: Mapping[str, str], sections: Sequence[Section]
) -> None:
    """Writes `report.html`, which holds everything, `report.md` without pictures, `report.json`.

    Args:
        directory: where; it exists.
        results: all figures.
        verdict: sentences to open with, by what they are about.
        sections: the report.
    """
    environment = Environment(
        loader=PackageLoader("elman.comparison"),
        autoescape=select_autoescape(["html.jinja"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    figures = {"verdict": dict(verdict), **_plain(results)}
    files = {
        f"report.{kind}": environment.get_template(f"report.{kind}.jinja").render(
            verdict=verdict, sections=sections
        )
        for kind in ("html", "md")
    }
    files["report.json"] = json.dumps(figures, indent=1, ensure_ascii=False, allow_nan=False)
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")


def _plain(value: Any) -> Any:
    """What JSON knows; it has neither infinity nor "not a number"."""
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if hasattr(value, "_asdict"):
        return value._asdict()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
