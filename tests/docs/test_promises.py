"""The table of promises names a test for each."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "promises.md"
LINK = re.compile(r"\[`(\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")


def rows() -> list[str]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if LINK.search(line)]


def test_each_promise_names_its_tests_and_they_exist() -> None:
    assert len(rows()) > 20
    for row in rows():
        for name, path in LINK.findall(row):
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), (name, path)


def test_every_breaker_stands_in_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for path in sorted((ROOT / "tests" / "soak").rglob("test_*.py")):
        assert path.relative_to(ROOT).as_posix() in page, path
