from pathlib import Path
from typing import Any

import pytest
import torch

from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.words import BEGIN, END


def data(path: Path, **values: Any) -> CaptioningData:
    made = CaptioningData(str(path), **{"side": 16, "batch_size": 7, "together": 2, **values})
    made.prepare_data()
    made.setup()
    return made


def test_known_words_in_combinations_never_trained_on(shapes: Path) -> None:
    made = data(shapes)
    train, validation, test = (made.captions[part] for part in ("train", "validation", "test"))
    assert len(train) + len(validation) + len(test) == 120
    assert len(test) == 16  # four combinations, four pictures each
    assert len(validation) == 12
    assert not set(train) & (set(validation) | set(test))
    assert not set(validation) & set(test)
    assert set(" ".join(validation + test).split()) <= set(" ".join(train).split())
    assert made.sizes == {"side": 16, "vocabulary_size": 2 + 11}


def test_captions_with_rare_words_are_left_out(shapes: Path, tmp_path: Path) -> None:
    table = (shapes / "captions.tsv").read_text()
    for name in {line.split("\t")[0] for line in table.splitlines()}:
        (tmp_path / name).write_bytes((shapes / name).read_bytes())
    (tmp_path / "crimson.png").write_bytes((shapes / "red-bar-0.png").read_bytes())
    (tmp_path / "captions.tsv").write_text(f"{table}\ncrimson.png\tcrimson bar")
    made = data(tmp_path)
    assert "crimson" not in made.words.words
    assert sum(map(len, made.captions.values())) == 120


def test_a_batch(shapes: Path) -> None:
    made = data(shapes)
    (pictures, words), (next_words, mask) = next(iter(made.test_dataloader()))
    assert pictures.shape == (16, 3, 16, 16)
    assert pictures.dtype == torch.float32
    assert 0 <= pictures.min() <= pictures.max() == 1
    assert words.shape == next_words.shape == mask.shape == (3, 16)
    assert words[0].tolist() == [BEGIN] * 16
    assert next_words[-1].tolist() == [END] * 16
    assert torch.equal(words[1:], next_words[:-1])
    told = [made.words.decode(row) for row in next_words.T.tolist()]
    assert told == made.captions["test"]


def test_pictures_are_moved_in_training_alone(shapes: Path) -> None:
    made = data(shapes, shift=2, batch_size=200)
    still = data(shapes, batch_size=200)
    torch.manual_seed(0)
    [((moved, _), _)] = made.train_dataloader()
    torch.manual_seed(0)
    [((pictures, _), _)] = still.train_dataloader()
    places = set()
    for a, b in zip(moved, pictures, strict=True):
        matches = [
            (y, x)
            for y in range(-2, 3)
            for x in range(-2, 3)
            if torch.equal(a, b.roll((y, x), dims=(1, 2)))  # white moves in, as it moves out
        ]
        assert len(matches) == 1
        places.update(matches)
    assert len(places) == 25
    for loader in ("val_dataloader", "test_dataloader", "seen_dataloader"):
        for (a, _), (b, _) in zip(getattr(made, loader)(), getattr(still, loader)(), strict=True):
            assert torch.equal(a[0], b[0])


def test_the_seed_decides_what_is_held_out(shapes: Path) -> None:
    first, again, other = (data(shapes, seed=seed).captions["test"] for seed in (0, 0, 3))
    assert first == again != other


def test_the_words_of_a_checkpoint(shapes: Path) -> None:
    made = data(shapes)
    again = CaptioningData(side=16, together=2)
    again.load_state_dict(made.state_dict())
    assert again.path == str(shapes)
    assert again.sizes == made.sizes
    again.setup()
    assert again.captions == made.captions

    other = CaptioningData(str(shapes), side=16)
    other.load_state_dict({"words": ["red", "square"], "path": None, "sha256": None})
    with pytest.raises(
        ValueError,
        match=r"captions\.tsv, line \d+: its caption has words '.*' not among the 2",
    ):
        other.setup()
    with pytest.raises(ValueError, match=r"the words of .* are not those the checkpoint was"):
        made.load_state_dict({"words": ["red"], "path": None, "sha256": None})


def test_nothing_can_be_held_out(shapes: Path) -> None:
    with pytest.raises(ValueError, match=r"no combination of data\.together=2 words can be"):
        data(shapes, least=20)
    with pytest.raises(ValueError, match=r"pictures of .* for data\.validation: each word must"):
        data(shapes, validation=0.01)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"side": 0}, "data.side must be greater than zero, got 0"),
        ({"batch_size": 0}, "data.batch_size must be greater than zero, got 0"),
        ({"together": 0}, "data.together must be greater than zero, got 0"),
        ({"least": 0}, "data.least must be greater than zero, got 0"),
        ({"shift": -1}, "data.shift must be an int from 0 to 63, got -1"),
        ({"shift": 64}, "data.shift must be an int from 0 to 63, got 64"),
        ({"test": 0}, "data.validation and data.test must be shares greater than 0"),
        ({"validation": 0.5, "test": 0.5}, "that leave some pictures to train on"),
        ({"on_bad": "ignore"}, "data.on_bad must be error or skip, got 'ignore'"),
    ],
)
def test_values_out_of_range(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CaptioningData(**values)
