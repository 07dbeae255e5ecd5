import zipfile
from pathlib import Path

import pytest

from elman.tasks.classification import surnames as module
from elman.tasks.classification.surnames import SURNAMES_FILE, read_surnames

PROVIDER = """
from collections import OrderedDict
raise RuntimeError("must not be executed")
class Provider(PersonProvider):
    formats = [random()]
    last_names: tuple = ("Novak", "Horvat")
    others = ["Ács"]
    weighted = OrderedDict((("Smith", 0.02), ("Jones", 0.01)))
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "faker.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for locale in ("xx_XX", "yy_YY"):
            archive.writestr(SURNAMES_FILE.format(locale), PROVIDER)
    return path


def test_lists_are_read_without_executing_the_files(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = {
        "A": {"xx_XX": ["last_names", "others"], "yy_YY": ["others"]},
        "B": {"xx_XX": ["weighted"]},
    }
    monkeypatch.setattr(module, "LISTS", lists)
    assert list(read_surnames(wheel)) == [
        ("Novak", "A"),
        ("Horvat", "A"),
        ("Ács", "A"),
        ("Ács", "A"),
        ("Smith", "B"),
        ("Jones", "B"),
    ]


def test_a_missing_list_is_an_error(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTS", {"A": {"xx_XX": ["none"]}})
    with pytest.raises(ValueError, match="data: the package faker has no list none"):
        list(read_surnames(wheel))
