import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from elman.data.module import DataModule


class Lines(DataModule):
    """The lines of a file."""

    @property
    def source(self) -> str:
        return str(self.path)

    @property
    def test_description(self) -> str:
        return "lines" if not self.same_split_as_in_training else "unseen lines"

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002
        if self.path is not None:
            (Path(self.path) / self.table).read_text()
        self.check_unchanged()


class Folder(Lines):
    table = "table.tsv"


def read(path: Path | None, kind: type[Lines] = Lines) -> Lines:
    data = kind(None if path is None else str(path), "data")
    data.setup()
    return data


def saved_state(data: Lines, tmp_path: Path) -> dict[str, str]:
    """What a checkpoint keeps."""
    torch.save(data.state_dict(), tmp_path / "state")
    state: dict[str, str] = torch.load(tmp_path / "state", weights_only=True)
    return state


def resaved_state(state: dict[str, str], path: Path | None = None) -> Lines:
    data = Lines(None if path is None else str(path), "data")
    data.load_state_dict(state)
    data.setup()
    return data


def test_a_checkpoint_keeps_the_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lines.txt").write_text("one")
    monkeypatch.chdir(tmp_path)
    state = saved_state(read(Path("lines.txt")), tmp_path)
    monkeypatch.chdir("/")
    data = resaved_state(state)
    assert data.path == str(tmp_path / "lines.txt")
    assert data.test_description == "unseen lines"


def test_a_file_that_has_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("one")
    state = saved_state(read(path), tmp_path)
    path.write_text("one\ntwo")
    for given in (None, path):
        with pytest.raises(ValueError, match=rf"^data: {path} has changed since the network was"):
            resaved_state(state, given)


def test_the_split_is_that_of_the_training_only_for_the_same_content(tmp_path: Path) -> None:
    path, moved, other = (tmp_path / name for name in ("lines.txt", "moved.txt", "other.txt"))
    path.write_text("one")
    moved.write_text("one")
    other.write_text("two")
    state = saved_state(read(path), tmp_path)
    assert resaved_state(state, moved).test_description == "unseen lines"
    assert resaved_state(state, other).test_description == "lines"


def test_a_training_resumes_only_with_the_same_content(tmp_path: Path) -> None:
    path, other = tmp_path / "lines.txt", tmp_path / "other.txt"
    path.write_text("one")
    other.write_text("two")
    state = saved_state(read(path), tmp_path)
    read(path).load_state_dict(state)
    with pytest.raises(ValueError, match=rf"^data: the checkpoint was not trained on {other}"):
        read(other).load_state_dict(state)


def test_a_downloaded_data_set_has_no_path_and_no_hash(tmp_path: Path) -> None:
    state = saved_state(read(None), tmp_path)
    assert state == {"path": None, "sha256": None, "comparable": True}
    assert resaved_state(state).test_description == "unseen lines"
    (tmp_path / "lines.txt").write_text("one")
    assert resaved_state(state, tmp_path / "lines.txt").test_description == "lines"


def test_the_hash_of_a_folder_is_that_of_its_table(tmp_path: Path) -> None:
    (tmp_path / "table.tsv").write_text("one")
    first = read(tmp_path, Folder).state_dict()
    (tmp_path / "other").write_text("two")
    assert read(tmp_path, Folder).state_dict() == first
    (tmp_path / "table.tsv").write_text("two")
    assert read(tmp_path, Folder).state_dict() != first


def test_one_process_samples_single_examples() -> None:
    arguments = Lines(None, "data").random_batches(range(7), 3)
    assert arguments["batch_size"] == 3  # Lightning replaces this sampler to overfit
    assert sorted(arguments["sampler"]) == list(range(7))


@pytest.mark.parametrize("lengths", [None, list(range(7))])
def test_processes_share_the_batches_of_one(lengths: list[int] | None) -> None:
    data = Lines(None, "data")
    of_one = data.random_batches(range(7), 4, lengths)
    torch.manual_seed(0)
    batches = list(DataLoader(range(7), **of_one))  # type: ignore[arg-type]
    assert [len(batch) for batch in batches] in ([4, 3], [3, 4])
    parts = []
    for rank in range(2):
        strategy = SimpleNamespace(broadcast=lambda batches: batches)
        data.trainer = SimpleNamespace(global_rank=rank, world_size=2, strategy=strategy)  # type: ignore[assignment]
        torch.manual_seed(0)
        loader = DataLoader(range(7), **data.random_batches(range(7), 2, lengths))  # type: ignore[arg-type]
        parts.append(list(loader))
        assert len(loader) == 2
    for batch, *own in zip(batches, *parts, strict=True):
        assert sorted(batch.tolist()) == sorted(torch.cat(own).tolist())


def test_data_are_hashed_once_until_they_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests: list[object] = []
    digest = hashlib.file_digest

    def counted(*arguments: Any) -> Any:
        digests.append(arguments)
        return digest(*arguments)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    path = tmp_path / "data.txt"
    path.write_text("one")
    data = Lines(str(path), "data")
    for _ in range(3):
        data.check_unchanged()
    assert len(digests) == 1
    path.write_text("another")
    data.check_unchanged()
    assert data.state_dict()["sha256"] == hashlib.sha256(b"another").hexdigest()


def test_a_path_that_no_system_has_is_refused() -> None:
    state = {"path": "x" * 10**6, "sha256": None}
    with pytest.raises(ValueError, match=r"^its 'path' is longer than 4096 characters$"):
        Lines(None, "data").load_state_dict(state)
