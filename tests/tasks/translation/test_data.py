from pathlib import Path
from typing import Any

import pytest
import torch

from elman.tasks.translation import data as module
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.pairs import Pair
from elman.tasks.translation.subwords import BEGIN, END, PAD

COLOURS = {"red": "rote", "green": "grüne", "blue": "blaue", "old": "alte", "new": "neue"}
THINGS = {"pump": "Pumpe", "lamp": "Lampe", "door": "Tür", "clock": "Uhr", "bell": "Klingel"}
PAIRS = [
    Pair(f"the {colour} {thing}", f"die {farbe} {ding}")
    for colour, farbe in COLOURS.items()
    for thing, ding in THINGS.items()
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.tsv"
    path.write_text("".join(f"{x}\t{y}\n" for x, y in PAIRS), encoding="utf-8")
    return path


def data(path: Path, **options: Any) -> TranslationData:
    options = {"validation": 0.2, "test": 0.2, "vocabulary_size": 60, "batch_size": 4} | options
    made = TranslationData(path=str(path), **options)
    made.prepare_data()
    made.setup()
    return made


def test_a_batch_is_the_pairs_beside_each_other(path: Path) -> None:
    made = data(path)
    seen = []
    for (x, lengths, y), wanted in made.train_dataloader():
        B = len(lengths)
        assert x.shape == (lengths.max(), B)
        assert y.shape == wanted.tokens.shape
        assert (y[0] == BEGIN).all()
        for b in range(B):
            S = int(lengths[b])
            T = int((wanted.tokens[:, b] == END).nonzero()) + 1
            assert (x[S:, b] == PAD).all()
            assert (wanted.tokens[T:, b] == PAD).all()
            assert torch.equal(y[1:T, b], wanted.tokens[: T - 1, b])
            text = made.vocabulary.decode(wanted.tokens[:T, b].tolist())
            assert text == wanted.texts[b]
            seen.append(Pair(made.vocabulary.decode(x[:S, b].tolist()), text))
    assert sorted(seen) == sorted(made.parts["train"])
    assert len(seen) == 15


def test_the_same_pairs_to_test_with_in_order_of_length(path: Path) -> None:
    made = data(path)
    texts = [text for _, wanted in made.test_dataloader() for text in wanted.texts]
    assert sorted(texts) == sorted(pair.target for pair in made.parts["test"])
    assert made.parts == data(path).parts
    assert made.parts != data(path, seed=1).parts
    assert made.tested == f"5 unseen pairs of {path}"


def test_the_vocabulary_is_of_the_part_to_train_on_and_goes_through_a_checkpoint(
    path: Path, tmp_path: Path
) -> None:
    made = data(path)
    torch.save(made.state_dict(), tmp_path / "state")
    again = TranslationData(validation=0.2, test=0.2)
    again.load_state_dict(torch.load(tmp_path / "state", weights_only=True))
    assert again.sizes == made.sizes == {"vocabulary_size": len(made.vocabulary)}
    again.setup()
    assert again.parts == made.parts
    for x, y in PAIRS:
        for text in (x, y):
            tokens = again.vocabulary.encode(text)
            assert tokens == made.vocabulary.encode(text)
    with path.open("a", encoding="utf-8") as file:
        file.write("ж\tж\n" * 2)
    other = data(path, validation=0.1)
    with pytest.raises(ValueError, match=r"the tokens of .* are not those the checkpoint was"):
        other.load_state_dict(made.state_dict())


def test_bad_lines_end_it_or_are_left_out_and_counted(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with path.open("a", encoding="utf-8") as file:
        file.write("no tab\n\n")
        file.write("one two three four\teins zwei drei vier\n")
    message = rf"data: {path}, line 26: it must be .*on_bad=skip"
    with pytest.raises(ValueError, match=message):
        data(path)
    made = data(path, on_bad="skip", longest=3)
    assert sum(map(len, made.parts.values())) == len(PAIRS)
    assert f"{path}: 2 bad lines are left out, the first is line 26" in caplog.text
    assert f"{path}: 25 pairs of sentences, 1 with fewer or more words left out" in caplog.text


def test_nothing_left_to_train_on(path: Path) -> None:
    with pytest.raises(ValueError, match=r"has 0 pairs of 4 to 16 words, 25 with fewer or more"):
        data(path, shortest=4)
    with pytest.raises(ValueError, match=r"has 25 pairs .* leaves none for the test part"):
        data(path, test=0.01)


def test_the_fetched_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(module, "fetch", lambda *_: Path("wheel"))
    monkeypatch.setattr(
        module, "read_catalogues", lambda *arguments: asked.append(arguments) or PAIRS
    )
    made = TranslationData(target="fr", vocabulary_size=60)
    made.prepare_data()
    made.setup()
    assert asked == [(Path("wheel"), "en", "fr")]
    assert made.source == "the en-fr texts of Home Assistant"
    assert made.state_dict()["path"] is None


@pytest.mark.parametrize("argument", ["batch_size", "vocabulary_size", "shortest", "longest"])
def test_bad_sizes(argument: str) -> None:
    with pytest.raises(ValueError, match=f"data.{argument} must be greater than zero, got 0"):
        TranslationData(**{argument: 0})  # type: ignore[arg-type]


def test_bad_choices() -> None:
    with pytest.raises(ValueError, match=r"data.on_bad must be error or skip, got 'ignore'"):
        TranslationData(on_bad="ignore")
    with pytest.raises(ValueError, match=r"data.test must be a number from 0 to 1, got 1.5"):
        TranslationData(test=1.5)
