"""Checkpoint files that are whole or not there at all."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import TorchCheckpointIO

from elman.data.archive import DAMAGES

PART = ".part"  # ending of a file that is being written


class CheckpointFile(TorchCheckpointIO):
    """Writes each checkpoint whole or not at all, and checks its checksums when it is read.

    Where the process ends or the disk is full in the middle of writing, the earlier file of this
    name stays as it was.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None
    ) -> None:
        """Writes a checkpoint; to a remote address such as `s3://…` as Lightning does."""
        if "://" in str(path):
            super().save_checkpoint(checkpoint, path, storage_options)
            return
        content = io.BytesIO()
        torch.save(checkpoint, content)
        write_whole(Path(path), content.getbuffer())

    def load_checkpoint(
        self, path: str | Path, map_location: Any | None = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Reads a checkpoint.

        Raises:
            ValueError: the file is damaged.
        """
        if "://" not in str(path):
            check_whole(Path(path))
        if map_location is None:
            return super().load_checkpoint(path, weights_only=weights_only)  # to the processor
        return super().load_checkpoint(path, map_location, weights_only)


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Writes a file so that a file of this name is whole at every moment.

    The content goes to a temporary file beside it, which takes its place once the disk has it: a
    move from another file system would copy, and could stop half-way. What an earlier process left
    behind when it was ended is removed.

    Raises:
        OSError: the content cannot be written; an earlier file stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left_behind in path.parent.glob(f"*{PART}"):
        left_behind.unlink(missing_ok=True)
    part = path.with_name(path.name + PART)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Lets the names of the files in a folder survive a failure of the power."""
    if os.name == "nt":  # has no such call
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_whole(path: Path) -> None:
    """Checks the file against the checksums that `torch.save` wrote into it; `torch.load` does not.

    Raises:
        ValueError: it is empty, cut short, or any of its bits has changed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except DAMAGES as error:
        raise ValueError(f"checkpoint: {path} is damaged, cut short or unreadable") from error
    if damaged is not None:
        raise ValueError(f"checkpoint: {path} is damaged: {damaged} does not have its checksum")


def is_whole(path: Path) -> bool:
    """Whether there is such a file, and all of its checksums are right."""
    try:
        check_whole(path)
    except ValueError:
        return False
    return True
