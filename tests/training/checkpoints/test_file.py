"""Files that are whole at every moment, whatever ends their writing."""

import os
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from elman.training.checkpoints import file as checkpoint_file
from elman.training.checkpoints.checkpoint import load_plain
from elman.training.checkpoints.file import CheckpointFile, check_whole, is_whole, write_whole

CONTENT = {"state_dict": {"W": torch.arange(60.0).view(3, 20)}, "step": 7}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a checkpoint."""
    path = tmp_path_factory.mktemp("archive") / "last.ckpt"
    CheckpointFile().save_checkpoint(CONTENT, path)
    return path.read_bytes()


def loads_as_written(path: Path) -> bool:
    loaded = load_plain(path)
    return torch.equal(loaded["state_dict"]["W"], CONTENT["state_dict"]["W"]) and (  # type: ignore[index]
        loaded["step"] == CONTENT["step"]
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints" / "last.ckpt"
    CheckpointFile().save_checkpoint(CONTENT, path)
    assert loads_as_written(path)
    assert CheckpointFile().load_checkpoint(path, weights_only=True)["step"] == 7
    assert os.listdir(path.parent) == ["last.ckpt"]


@given(data=st.data())
def test_no_changed_bit_is_loaded_as_something_else(archive: bytes, data: st.DataObject) -> None:
    """Each bit belongs to a header, a record, its checksum, or to space that nothing reads."""
    position = data.draw(st.integers(0, 8 * len(archive) - 1))
    changed = bytearray(archive)
    changed[position // 8] ^= 1 << position % 8
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.ckpt"
        path.write_bytes(changed)
        if is_whole(path):
            assert loads_as_written(path)


def test_a_changed_bit_of_a_weight_is_refused(archive: bytes, tmp_path: Path) -> None:
    weights = torch.arange(60.0).numpy().tobytes()
    start = archive.index(weights)
    path = tmp_path / "last.ckpt"
    for position in range(8 * start, 8 * (start + len(weights)), 101):
        changed = bytearray(archive)
        changed[position // 8] ^= 1 << position % 8
        path.write_bytes(changed)
        for read in (load_plain, CheckpointFile().load_checkpoint):
            with pytest.raises(ValueError, match=r"last\.ckpt is damaged: .* its checksum"):
                read(path)


def test_a_file_that_is_cut_short_is_refused(archive: bytes, tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    for length in [*range(0, len(archive), 97), len(archive) - 1]:
        path.write_bytes(archive[:length])
        with pytest.raises(ValueError, match=r"last\.ckpt is damaged, cut short or unreadable"):
            check_whole(path)
        assert not is_whole(path)
    path.write_bytes(archive)
    assert is_whole(path)


def test_a_full_disk_leaves_the_earlier_file(
    archive: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "last.ckpt"
    path.write_bytes(archive)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device"):
        write_whole(path, b"new")
    assert os.listdir(tmp_path) == ["last.ckpt"]
    assert path.read_bytes() == archive


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_the_end_of_the_process_leaves_the_earlier_file(
    archive: bytes, tmp_path: Path, moment: str
) -> None:
    """Also where the folder of temporary files lies on another file system."""
    path = tmp_path / "last.ckpt"
    path.write_bytes(archive)
    if (child := os.fork()) == 0:  # pragma: no cover - ends itself
        tempfile.tempdir = "/dev/shm"  # noqa: S108

        def end(*_: Any) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        if moment == "fsync":
            checkpoint_file.os.fsync = end  # type: ignore[assignment]
        else:
            Path.replace = end  # type: ignore[method-assign,assignment]
        CheckpointFile().save_checkpoint({"new": torch.ones(9)}, path)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert loads_as_written(path)
    assert sorted(os.listdir(tmp_path)) == ["last.ckpt", "last.ckpt.part"]
    CheckpointFile().save_checkpoint(CONTENT, tmp_path / "best.ckpt")
    assert sorted(os.listdir(tmp_path)) == ["best.ckpt", "last.ckpt"]  # the rest is removed
