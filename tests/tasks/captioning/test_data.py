from pathlib import Path
from typing import Any

import pytest
import torch

from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.vocabulary import BEGIN, END


def prepare(path: Path, **options: Any) -> CaptioningData:
    options = {"side": 16, "batch_size": 7, "combination_size": 2} | options
    data = CaptioningData(str(path), **options)
    data.prepare_data()
    data.setup()
    return data


@pytest.fixture(scope="module")
def data(shapes: Path) -> CaptioningData:
    return prepare(shapes)


def test_the_test_captions_are_new_combinations_of_known_words(data: CaptioningData) -> None:
    train, validation, test = (data.captions[split] for split in ("train", "validation", "test"))
    assert len(train) + len(validation) + len(test) == 120
    assert len(test) == 16  # four combinations, four images each
    assert len(validation) == 12
    assert not set(train) & (set(validation) | set(test))
    assert not set(validation) & set(test)
    assert set(" ".join(validation + test).split()) <= set(" ".join(train).split())
    assert data.sizes == {"side": 16, "vocabulary_size": 2 + 11}


def test_captions_with_rare_words_are_left_out(shapes: Path, tmp_path: Path) -> None:
    table = (shapes / "captions.tsv").read_text()
    for name in {line.split("\t")[0] for line in table.splitlines()}:
        (tmp_path / name).write_bytes((shapes / name).read_bytes())
    (tmp_path / "crimson.png").write_bytes((shapes / "red-bar-0.png").read_bytes())
    (tmp_path / "captions.tsv").write_text(f"{table}\ncrimson.png\tcrimson bar")
    data = prepare(tmp_path)
    assert "crimson" not in data.vocabulary.words
    assert sum(map(len, data.captions.values())) == 120


def test_a_batch_has_images_words_and_the_next_words(data: CaptioningData) -> None:
    (images, words), (next_words, mask) = next(iter(data.test_dataloader()))
    assert images.shape == (16, 3, 16, 16)
    assert images.dtype == torch.float32
    assert 0 <= images.min() <= images.max() == 1
    assert words.shape == next_words.shape == mask.shape == (3, 16)
    assert words[0].tolist() == [BEGIN] * 16
    assert next_words[-1].tolist() == [END] * 16
    assert torch.equal(words[1:], next_words[:-1])
    captions = [data.vocabulary.decode(row) for row in next_words.T.tolist()]
    assert captions == data.captions["test"]
    texts = [data.symbols[k] for k in next_words[:, 0].tolist()]
    assert texts == [*captions[0].split(), "(end)"]
    assert data.symbols[BEGIN] == "(begin)"
    assert len(data.symbols) == len(data.vocabulary)


def test_only_training_images_are_shifted(shapes: Path) -> None:
    shifting = prepare(shapes, shift=2, batch_size=200)
    still = prepare(shapes, batch_size=200)
    torch.manual_seed(0)
    [((shifted, _), _)] = shifting.train_dataloader()
    torch.manual_seed(0)
    [((images, _), _)] = still.train_dataloader()
    shifts = set()
    for a, b in zip(shifted, images, strict=True):
        matches = [
            (y, x)
            for y in range(-2, 3)
            for x in range(-2, 3)
            if torch.equal(a, b.roll((y, x), dims=(1, 2)))  # the border is white on all sides
        ]
        assert len(matches) == 1
        shifts.update(matches)
    assert len(shifts) == 25
    for loader in ("val_dataloader", "test_dataloader"):
        [((a, _), _)], [((b, _), _)] = getattr(shifting, loader)(), getattr(still, loader)()
        assert torch.equal(a, b)


def test_the_seed_determines_the_splits(data: CaptioningData, shapes: Path) -> None:
    again, other = (prepare(shapes, seed=seed).captions["test"] for seed in (0, 3))
    assert data.captions["test"] == again != other


def test_a_checkpoint_restores_the_words_and_the_splits(data: CaptioningData, shapes: Path) -> None:
    restored = CaptioningData(side=16, combination_size=2)
    restored.load_state_dict(data.state_dict())
    assert restored.path == str(shapes)
    assert restored.sizes == data.sizes
    restored.setup()
    assert restored.captions == data.captions


def test_words_that_the_checkpoint_lacks_are_refused(data: CaptioningData, shapes: Path) -> None:
    other = CaptioningData(str(shapes), side=16)
    other.load_state_dict({"words": ["red", "square"], "path": None, "sha256": None})
    with pytest.raises(
        ValueError,
        match=r"captions\.tsv, line \d+: its caption has words '.*' not among the 2",
    ):
        other.setup()
    with pytest.raises(ValueError, match=r"the words of .* are not those of the checkpoint"):
        data.load_state_dict({"words": ["red"], "path": None, "sha256": None})


def test_an_empty_split_is_refused(shapes: Path) -> None:
    message = r"the test split of .* is empty: .* no combination of data\.combination_size=2 words"
    with pytest.raises(ValueError, match=message):
        prepare(shapes, min_count=20)
    with pytest.raises(
        ValueError, match=r"the validation split of .* is empty: .*raise data.validation"
    ):
        prepare(shapes, validation=0.01)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"side": 0}, "data.side must be from 1 to 10000, got 0"),
        ({"batch_size": 0}, "data.batch_size must be greater than zero, got 0"),
        ({"combination_size": 0}, "data.combination_size must be greater than zero, got 0"),
        ({"min_count": 0}, "data.min_count must be greater than zero, got 0"),
        ({"shift": -1}, "data.shift must be from 0 to 63, got -1"),
        ({"shift": 64}, "data.shift must be from 0 to 63, got 64"),
        ({"test": 0}, "data.test must be an int from 1 on"),
        ({"validation": 0.5, "test": 0.5}, "must leave examples to train on"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
    ],
)
def test_values_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CaptioningData(**options)
