import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elman.tasks.translation.home_assistant import read_catalogues
from elman.tasks.translation.pairs import Pair, read_pairs
from elman.tasks.translation.split import divide

WORDS = st.sampled_from(
    ["Filter", "filter", "FILTER", "pump", "size", "tank", "water", "on", "off"]
)
PAIRS = st.lists(st.builds(Pair, WORDS, WORDS), unique=True, max_size=40)


@given(PAIRS, st.floats(0, 0.5), st.floats(0, 0.5), st.integers(0, 5))
def test_no_two_parts_share_a_text(
    pairs: list[Pair], first: float, second: float, seed: int
) -> None:
    parts = divide(pairs, (first, second), seed)
    assert sorted(pair for part in parts for pair in part) == sorted(pairs)
    texts = [{text.casefold() for pair in part for text in pair} for part in parts]
    for one in range(3):
        for other in range(one):
            assert not texts[one] & texts[other]
    assert len(parts[0]) <= round(first * len(pairs))
    assert len(parts[1]) <= round(second * len(pairs))
    assert parts == divide(pairs, (first, second), seed)


def test_parts_of_the_size_asked_for() -> None:
    pairs = [Pair(f"source {n}", f"target {n}") for n in range(100)]
    first, second, rest = divide(pairs, (0.1, 0.05), 0)
    assert (len(first), len(second), len(rest)) == (10, 5, 85)
    assert divide(pairs, (0.1, 0.05), 1)[0] != first


def test_lines_with_a_tab(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(
        b"\xef\xbb\xbfthe  filter\tder Filter\r\nthe pump\tdie Pumpe\r\nthe filter\tder Filter\r\n"
    )
    pairs = read_pairs(path, "error")
    assert pairs == [Pair("the filter", "der Filter"), Pair("the pump", "die Pumpe")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no tab", "line 2: it must be two texts with a tab between, is 1 of them"),
        ("a\tb\tc", "line 2: it must be two texts with a tab between, is 3 of them"),
        ("a\t ", "line 2: it must be two texts with a tab between, is one that is empty"),
        ("", "line 2: it is empty"),
    ],
)
def test_bad_lines(
    tmp_path: Path, line: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(f"a\tb\n{line}\nc\td", encoding="utf-8")
    assert read_pairs(path, "skip") == [Pair("a", "b"), Pair("c", "d")]
    assert f"{path}: 1 bad lines are left out, the first is {message}" in caplog.text
    with pytest.raises(ValueError, match=f"{path}, {message}"):
        read_pairs(path, "error")


def test_a_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "de.po"
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Reset the "\n"filter"\nmsgstr "Filter zurücksetzen"\n\n'
        'msgid "not yet"\nmsgstr ""\n\n'
        '#, fuzzy\nmsgid "perhaps"\nmsgstr "vielleicht"\n\n'
        '#~ msgid "formerly"\n#~ msgstr "früher"\n',
        encoding="utf-8",
    )
    assert read_pairs(path, "error") == [Pair("Reset the filter", "Filter zurücksetzen")]
    path.write_text('msgid "a"\nmgstr "b"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"data.path: .*de.po.*line 2"):
        read_pairs(path, "error")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"data.path: there is no file .*missing.tsv"):
        read_pairs(tmp_path / "missing.tsv", "error")
    for name in ("latin.tsv", "latin.po"):
        (tmp_path / name).write_bytes('msgid "a"\nmsgstr "ä"\n'.encode("latin-1"))
        with pytest.raises(ValueError, match=rf"data.path: .*{name}, line 2: it is not UTF-8 text"):
            read_pairs(tmp_path / name, "error")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "homeassistant-1-py3-none-any.whl"
    texts = {
        "pump/translations/en": {
            "title": "The  pump",
            "state": {"on": "On", "off": "Off"},
            "url": "See https://x",
            "tag": "Hello {name}",
            "none": "",
        },
        "pump/translations/de": {
            "title": "Die Pumpe",
            "state": {"on": "An", "more": "?"},
            "url": "Siehe",
            "tag": "Hallo",
            "none": "x",
        },
        "tank/translations/en": {"title": "The pump", "full": "Full"},
        "tank/translations/de": {"title": "Die Pumpe", "full": "Voll"},
        "lamp/translations/en": {"title": "The lamp"},
        "lamp/translations/fr": {"title": "La lampe"},
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in texts.items():
            archive.writestr(f"homeassistant/components/{name}.json", json.dumps(content))
        archive.writestr("homeassistant/other/translations/xx.json", "{}")
    return path


def test_the_texts_of_the_package(wheel: Path) -> None:
    assert set(read_catalogues(wheel, "en", "de")) == {
        Pair("The pump", "Die Pumpe"),
        Pair("On", "An"),
        Pair("Full", "Voll"),
    }
    assert read_catalogues(wheel, "fr", "en") == [Pair("La lampe", "The lamp")]


@pytest.mark.parametrize(
    ("languages", "argument"), [(("xx", "de"), "source"), (("en", "xx"), "target")]
)
def test_an_unknown_language(wheel: Path, languages: tuple[str, str], argument: str) -> None:
    message = rf"data.{argument}: there is no language 'xx' in .*; there are de, en, fr"
    with pytest.raises(ValueError, match=message):
        read_catalogues(wheel, *languages)
