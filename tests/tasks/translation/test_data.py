from pathlib import Path
from typing import Any

import pytest
import torch

from elman.tasks.translation import data as module
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.pair import Pair
from elman.tasks.translation.subwords import BEGIN, END, PAD


def prepare(path: Path, **options: Any) -> TranslationData:
    options = {"validation": 0.2, "test": 0.2, "vocabulary_size": 60, "batch_size": 4} | options
    data = TranslationData(path=str(path), **options)
    data.prepare_data()
    data.setup()
    return data


@pytest.fixture(scope="module")
def data(pairs_file: Path) -> TranslationData:
    return prepare(pairs_file)


@pytest.fixture
def own_file(pairs_file: Path, tmp_path: Path) -> Path:
    """A copy of the pairs, to be changed."""
    path = tmp_path / "pairs.tsv"
    path.write_bytes(pairs_file.read_bytes())
    return path


def test_the_training_batches_are_the_padded_training_pairs(data: TranslationData) -> None:
    found = []
    for (x, lengths, y), target in data.train_dataloader():
        B = len(lengths)
        assert x.shape == (lengths.max(), B)
        assert y.shape == target.tokens.shape
        assert (y[0] == BEGIN).all()
        for b in range(B):
            S = int(lengths[b])
            T = int((target.tokens[:, b] == END).nonzero()) + 1
            assert (x[S:, b] == PAD).all()
            assert (target.tokens[T:, b] == PAD).all()
            assert torch.equal(y[1:T, b], target.tokens[: T - 1, b])
            sentence = data.vocabulary.decode(target.tokens[:T, b].tolist())
            assert sentence == target.sentences[b]
            found.append(Pair(data.vocabulary.decode(x[:S, b].tolist()), sentence))
    assert sorted(found) == sorted(data.splits["train"])
    assert len(found) == 15


def test_the_test_split_is_the_same_for_the_same_seed(
    data: TranslationData, pairs_file: Path
) -> None:
    sentences = [text for _, target in data.test_dataloader() for text in target.sentences]
    assert sorted(sentences) == sorted(pair.target for pair in data.splits["test"])
    assert data.splits == prepare(pairs_file).splits
    assert data.splits != prepare(pairs_file, seed=1).splits
    assert data.test_description == f"5 unseen pairs of {pairs_file}"


def test_a_checkpoint_restores_the_vocabulary_and_the_splits(
    data: TranslationData, pairs: list[Pair], tmp_path: Path
) -> None:
    torch.save(data.state_dict(), tmp_path / "state")
    restored = TranslationData(validation=0.2, test=0.2)
    restored.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert restored.sizes == data.sizes == {"vocabulary_size": len(data.vocabulary)}
    restored.setup()
    assert restored.splits == data.splits
    for pair in pairs:
        for text in pair:
            assert restored.vocabulary.encode(text) == data.vocabulary.encode(text)


def test_a_checkpoint_of_another_vocabulary_is_refused(
    data: TranslationData, own_file: Path
) -> None:
    with own_file.open("a", encoding="utf-8") as file:
        file.write("ж\tж\n" * 2)
    other = prepare(own_file, validation=0.1)
    with pytest.raises(ValueError, match=r"the vocabulary of .* is not the one of the checkpoint"):
        other.load_state_dict(data.state_dict())


def test_bad_lines_are_refused_or_skipped_and_counted(
    own_file: Path, pairs: list[Pair], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with own_file.open("a", encoding="utf-8") as file:
        file.write("no tab\n\n")
        file.write("one two three four\teins zwei drei vier\n")
    message = rf"data: {own_file}, line 26: it must have .*on_bad=skip"
    with pytest.raises(ValueError, match=message):
        prepare(own_file)
    data = prepare(own_file, on_bad="skip", max_words=3)
    assert sum(map(len, data.splits.values())) == len(pairs)
    assert f"{own_file}: 2 bad lines" in caplog.text
    assert "line 26" in caplog.text
    assert f"{own_file}: 25 sentence pairs, 1 with fewer or more words left out" in caplog.text


def test_the_header_option_reaches_the_file(own_file: Path, pairs: list[Pair]) -> None:
    own_file.write_text("source\tQuelle\n" + own_file.read_text("utf-8"), encoding="utf-8")
    with pytest.raises(ValueError, match="may be a header or a pair"):
        prepare(own_file)
    data = prepare(own_file, header=True)
    assert sorted(pair for split in data.splits.values() for pair in split) == sorted(pairs)


def test_an_empty_split_is_refused(pairs_file: Path) -> None:
    with pytest.raises(ValueError, match=r"has 0 pairs of 4 to 16 words, 25 with fewer or more"):
        prepare(pairs_file, min_words=4)
    with pytest.raises(ValueError, match=r"has 25 pairs .*, and none for the test split"):
        prepare(pairs_file, test=0.01)


def test_the_downloaded_texts_are_of_both_languages(
    monkeypatch: pytest.MonkeyPatch, pairs: list[Pair]
) -> None:
    calls = []
    monkeypatch.setattr(module, "fetch", lambda *_: Path("wheel"))
    monkeypatch.setattr(
        module, "read_home_assistant", lambda *arguments: calls.append(arguments) or pairs
    )
    data = TranslationData(target="fr", vocabulary_size=60)
    data.prepare_data()
    data.setup()
    assert calls == [(Path("wheel"), "en", "fr")]
    assert data.source == "the en-fr texts of Home Assistant"
    assert data.state_dict()["path"] is None


@pytest.mark.parametrize("argument", ["batch_size", "vocabulary_size", "min_words", "max_words"])
def test_a_size_of_zero_is_refused(argument: str) -> None:
    with pytest.raises(ValueError, match=f"data.{argument} must be greater than zero, got 0"):
        TranslationData(**{argument: 0})  # type: ignore[arg-type]


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"data.on_bad must be error or skip, got 'ignore'"):
        TranslationData(on_bad="ignore")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"data.test must be an int from 1 on .*, got 1.5"):
        TranslationData(test=1.5)
    with pytest.raises(TypeError, match=r"data.header must be True or False, got 'yes'"):
        TranslationData(header="yes")  # type: ignore[arg-type]
