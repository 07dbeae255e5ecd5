"""A folder for what one call of a script writes."""

import os
from itertools import count
from pathlib import Path

RANKS = ("RANK", "LOCAL_RANK", "SLURM_PROCID")  # each launcher numbers its processes in one of them


def new_folder(path: str) -> str:
    """Makes a folder that no other program has.

    Args:
        path: of the folder. If it is there already, `_1`, `_2`, … follows its name.

    Returns:
        The path of the new folder. Only the first of several processes makes it.
    """
    if any(int(os.environ.get(rank, "0")) > 0 for rank in RANKS):
        return path
    folder = Path(path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for number in count():
        numbered = folder.with_name(f"{folder.name}_{number}") if number else folder
        try:
            numbered.mkdir()
        except FileExistsError:
            continue
        return str(numbered)
    raise AssertionError


def new_subfolder(folder: str, name: object) -> str:
    """Makes a folder in `folder` that no other program has, and returns its name."""
    return Path(new_folder(f"{folder}/{name}")).name
