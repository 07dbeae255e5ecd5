import json
import zipfile
from pathlib import Path

import pytest

from elman.tasks.translation.home_assistant import read_home_assistant
from elman.tasks.translation.pair import Pair


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "homeassistant-1-py3-none-any.whl"
    texts = {
        "pump/translations/en": {
            "title": "The  pump",
            "state": {"on": "On", "off": "Off"},
            "url": "See https://x",
            "tag": "Hello {name}",
            "empty": "",
        },
        "pump/translations/de": {
            "title": "Die Pumpe",
            "state": {"on": "An", "more": "?"},
            "url": "Siehe",
            "tag": "Hallo",
            "empty": "x",
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


def test_texts_without_markup_are_read_once(wheel: Path) -> None:
    assert set(read_home_assistant(wheel, "en", "de")) == {
        Pair("The pump", "Die Pumpe"),
        Pair("On", "An"),
        Pair("Full", "Voll"),
    }
    assert read_home_assistant(wheel, "fr", "en") == [Pair("La lampe", "The lamp")]


@pytest.mark.parametrize(
    ("languages", "argument"), [(("xx", "de"), "source"), (("en", "xx"), "target")]
)
def test_an_unknown_language_is_refused(
    wheel: Path, languages: tuple[str, str], argument: str
) -> None:
    message = rf"data.{argument}: .* does not have the language 'xx'; it has de, en, fr"
    with pytest.raises(ValueError, match=message):
        read_home_assistant(wheel, *languages)
