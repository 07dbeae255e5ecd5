"""The worked examples of the documentation, run as they stand on the page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(ROOT.glob("docs/*.md"))
BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", re.M | re.S)
LINES = 30


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Language, file name or "", and text of each block of code."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


RUNNABLE = [page for page in PAGES if any(kind in ("python", "bash") for kind, *_ in blocks(page))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder like the repository's root, with a small text and nothing else."""
    for name in ("scripts", "conf"):
        (tmp_path / name).symlink_to(ROOT / name)
    verses = "".join(f"{n} green bottles hanging on the wall,\n" for n in range(400, 0, -1))
    (tmp_path / "my_book.txt").write_text(verses, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.stem)
def test_the_examples_run_as_they_stand(page: Path, folder: Path) -> None:
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": paths, "PYTHONPATH": str(folder)}
    for kind, name, text in blocks(page):
        if name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            continue
        command = ["bash", "-e", "-c", text] if kind == "bash" else [sys.executable, "-c", text]
        if kind in ("bash", "python"):
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_example_is_short(page: Path) -> None:
    for kind, name, text in blocks(page):
        if kind == "python":
            code = [line for line in text.splitlines() if line.strip()]
            assert len(code) <= LINES, (name, len(code))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.stem)
def test_every_link_to_a_file_leads_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert (page.parent / target).exists(), target


LINE_LINK = re.compile(r"\[`(\w+)`\]\(([\w/.]+)#L(\d+)\)")


def test_each_equation_in_the_readme_links_to_its_line() -> None:
    links = LINE_LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(links) >= 12
    for name, path, line in links:
        source = (ROOT / path).read_text(encoding="utf-8").splitlines()
        assert source[int(line) - 1].startswith(f"def {name}("), (name, path, line)


def test_each_equation_of_a_remedy_stands_in_its_line() -> None:
    page = ROOT / "docs" / "remedies.md"
    rows = [
        (equation, path, line)
        for row in page.read_text(encoding="utf-8").splitlines()
        for equation in re.findall(r"^\|[^|]*\| `([^`]+)`", row)
        for path, line in re.findall(r"\]\(([\w/.]+)#L(\d+)\)", row)
    ]
    assert len(rows) >= 9
    for equation, path, line in rows:
        source = (page.parent / path).read_text(encoding="utf-8").splitlines()
        assert equation in source[int(line) - 1], (equation, path, line)
