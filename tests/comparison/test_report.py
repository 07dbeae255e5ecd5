import dataclasses
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from elman.comparison.report import Picture, Section, Table, write_report
from elman.comparison.results import Results
from elman.comparison.sections import sections
from elman.comparison.verdict import verdict


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def report_sections(results: Results) -> list[Section]:
    return sections(results)


@pytest.fixture(scope="module")
def report(
    results: Results, report_sections: list[Section], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of a written report."""
    folder = tmp_path_factory.mktemp("report")
    write_report(folder, results, verdict(results), report_sections)
    return folder


@pytest.fixture(scope="module")
def page(report: Path) -> Page:
    return Page((report / "report.html").read_text(encoding="utf-8"))


def test_page_is_well_formed_and_self_contained(page: Page) -> None:
    assert page.open == []
    assert not page.all("script")
    assert not page.all("link")
    addresses = [tag.get("src") or tag.get("href") or "" for _, tag in page.tags]
    assert all(re.match(r"#|data:image/svg\+xml;base64,|$", address) for address in addresses)
    anchors = {tag["id"] for tag in page.all("h2")}
    assert {tag["href"].removeprefix("#") for tag in page.all("a")} == anchors


def test_every_picture_has_a_description(page: Page) -> None:
    pictures = page.all("img")
    assert len(pictures) == 5
    assert all(len(picture["alt"]) > 20 for picture in pictures)


def test_page_starts_with_the_verdict(page: Page, results: Results) -> None:
    text = " ".join(page.text.split())
    positions = [text.index(sentences) for sentences in verdict(results).values()]
    assert positions == sorted(positions)
    assert positions[-1] < text.index("Both layers have the same weights")


def test_wide_tables_scroll(page: Page) -> None:
    for (tag, _), (_, before) in zip(page.tags[1:], page.tags, strict=False):
        if tag == "table":
            assert before["class"] == "scroll"


def test_tables_show_both_layers_on_a_phone(
    page: Page, report: Path, report_sections: list[Section]
) -> None:
    """A numeric table has few columns; any other one labels its cells, to show a block per row."""
    tables = [table for section in report_sections for table in section.tables]
    assert [tag["class"] for tag in page.all("table")] == [
        "numeric" if table.numeric else "words" for table in tables
    ]
    assert all(len(table.header) <= 4 for table in tables if table.numeric)
    labels = [tag["data-label"] for tag in page.all("td")]
    assert labels == [name for table in tables for _ in table.rows for name in table.header]
    _, _, narrow = (report / "report.html").read_text("utf-8").partition("(max-width: 40rem) {")
    assert ".words td::before { content: attr(data-label)" in narrow


def test_text_is_escaped(page: Page, results: Results, report: Path) -> None:
    assert results.capabilities[0].theirs in page.text
    assert not page.all("nonlinearity")
    assert r"Unknown <nonlinearity> \| 'f' |" in (report / "report.md").read_text("utf-8")


def test_markdown_tables_have_one_cell_per_column(
    results: Results, report: Path, report_sections: list[Section]
) -> None:
    text = (report / "report.md").read_text(encoding="utf-8")
    tables = re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE)
    shown = [t for section in report_sections for t in section.tables if not t.folded]
    assert len(tables) == len(shown)
    for written, table in zip(tables, shown, strict=True):
        lines = written.splitlines()
        assert len(lines) == 2 + len(table.rows)
        columns = [len(re.findall(r"(?<!\\)\|", line)) - 1 for line in lines]
        assert set(columns) == {len(table.header)}
    for topic, sentences in verdict(results).items():
        assert f"- **{topic}:** {sentences}\n" in text


def test_json_has_all_numbers(results: Results, tmp_path: Path) -> None:
    failed = dataclasses.replace(results.distances[0], ours=math.inf)
    results = dataclasses.replace(results, distances=[failed, *results.distances])
    write_report(tmp_path, results, verdict(results), [])
    numbers = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert numbers["verdict"] == verdict(results)
    assert numbers["distances"][0]["ours"] is None  # JSON has no infinity
    assert numbers["distances"][1]["ours"] == 2e-16
    assert numbers["distances"][0]["case"]["sizes"] == {"T": 10, "B": 1, "I": 8, "H": 16}
    assert numbers["speed"][0]["train"]["torch.nn.RNN"][1] == 4e-3
    assert numbers["learning"]["ours"]["bpc"] == [4.0, 3.0]
    assert numbers["capabilities"][0]["only_ours"] is True


def test_folded_tables(results: Results, tmp_path: Path) -> None:
    table = Table("All of it", ["a"], [["1"]], folded=True)
    picture = Picture("c", "a picture without content", "<svg/>")
    write_report(tmp_path, results, {}, [Section("One part", ["text"], [table], [picture])])
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert len(page.all("details")) == 1
    assert page.all("h2") == [{"id": "one-part"}]
