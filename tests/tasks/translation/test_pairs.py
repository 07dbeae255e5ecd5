from pathlib import Path

import pytest

from elman.tasks.translation.pair import Pair
from elman.tasks.translation.pairs import read_pairs

LANGUAGES = ("en", "de")


def test_tab_separated_lines_are_pairs(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(
        b"\xef\xbb\xbfthe  filter\tder Filter\r\nthe pump\tdie Pumpe\r\nthe filter\tder Filter\r\n"
    )
    pairs = read_pairs(path, "error", LANGUAGES)
    assert pairs == [Pair("the filter", "der Filter"), Pair("the pump", "die Pumpe")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no tab", "line 2: it must have two texts with a tab between them, got 1"),
        ("a\tb\tc", "line 2: it must have two texts with a tab between them, got 3"),
        ("a\t ", "line 2: it must have two texts with a tab between them, one is empty"),
        ("", "line 2: it is empty"),
    ],
)
def test_bad_lines_are_refused_or_skipped(
    tmp_path: Path, line: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(f"a\tb\n{line}\nc\td", encoding="utf-8")
    assert read_pairs(path, "skip", LANGUAGES) == [Pair("a", "b"), Pair("c", "d")]
    assert f"{path}: 1 bad lines are left out, the first is {message}" in caplog.text
    with pytest.raises(ValueError, match=f"{path}, {message}"):
        read_pairs(path, "error", LANGUAGES)


@pytest.mark.parametrize("name", ["de.po", "de.PO"])
def test_a_catalogue_is_read_whatever_the_case_of_its_suffix(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes('\ufeffmsgid "the pump"\r\nmsgstr "die Pumpe"\r\n'.encode())
    assert read_pairs(path, "error", LANGUAGES) == [Pair("the pump", "die Pumpe")]


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"data.path: there is no file .*missing.tsv"):
        read_pairs(tmp_path / "missing.tsv", "error", LANGUAGES)
    for name in ("latin.tsv", "latin.po"):
        (tmp_path / name).write_bytes('msgid "a"\nmsgstr "ä"\n'.encode("latin-1"))
        with pytest.raises(ValueError, match=rf"data.path: .*{name}, line 2: it is not UTF-8 text"):
            read_pairs(tmp_path / name, "error", LANGUAGES)


@pytest.mark.parametrize(
    "header", ["source\ttarget", "Source\tTranslation", "en\tde", "EN \t DE", "src\tde"]
)
def test_a_header_with_known_names_is_skipped(tmp_path: Path, header: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(f"{header}\nthe pump\tdie Pumpe\nno tab\n", encoding="utf-8")
    assert read_pairs(path, "skip", LANGUAGES) == [Pair("the pump", "die Pumpe")]
    with pytest.raises(ValueError, match="line 3: it must have two texts"):
        read_pairs(path, "error", LANGUAGES)


@pytest.mark.parametrize("line", ["Source\tQuelle", "target\tsource", "fr\tde"])
def test_an_ambiguous_first_line_needs_the_option(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(f"{line}\nthe pump\tdie Pumpe\n", encoding="utf-8")
    message = r"data.path: .*, line 1: .* may be a header or a pair; set data.header=true or "
    with pytest.raises(ValueError, match=message):
        read_pairs(path, "error", LANGUAGES)
    second = Pair("the pump", "die Pumpe")
    assert read_pairs(path, "error", LANGUAGES, header=True) == [second]
    assert read_pairs(path, "error", LANGUAGES, header=False) == [Pair(*line.split("\t")), second]
