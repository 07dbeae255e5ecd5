import numpy as np

from elman.tasks.music.musicxml import NOTES, Roll
from elman.tasks.music.tunes import split_by_tune, tune


def piece(melody: list[int], bass: int) -> Roll:
    roll = np.zeros((len(melody), NOTES), np.uint8)
    roll[np.arange(len(melody)), melody] = 1
    roll[:, bass] = 1
    return roll


def test_a_tune_is_the_same_in_another_key_and_harmony() -> None:
    assert tune(piece([40, 42, 44], 10)) == tune(piece([45, 47, 49], 3))
    assert tune(piece([40, 42, 44], 10)) != tune(piece([40, 42, 43], 10))


def test_no_tune_is_in_two_splits_and_no_piece_is_lost() -> None:
    random = np.random.default_rng(0)
    melodies = [random.integers(30, 60, 8).tolist() for _ in range(30)]
    rolls = [piece(melody, bass) for melody in melodies for bass in (1, 2, 3)]
    splits = split_by_tune(rolls, (60, 15, 15), seed=0)
    tunes = {name: {tune(roll) for roll in pieces} for name, pieces in splits.items()}
    assert sum(map(len, tunes.values())) == 30
    assert {name: len(pieces) for name, pieces in splits.items()} == {
        "train": 60,
        "validation": 15,
        "test": 15,
    }
