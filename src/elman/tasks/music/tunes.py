"""Splits in which no tune is in two of them: Bach harmonised many tunes several times."""

from collections import defaultdict

import numpy as np

from elman.tasks.music.musicxml import Roll

OPENING = 12  # quarter notes at the beginning that identify a tune


def tune(roll: Roll) -> bytes:
    """A key that pieces share whose top voice begins alike, in any key of music."""
    top = np.array([notes.nonzero()[0].max(initial=-1) for notes in roll[:OPENING]])
    return np.diff(top).tobytes()


def split_by_tune(
    rolls: list[Roll], counts: tuple[int, int, int], seed: int
) -> dict[str, list[Roll]]:
    """The splits "train", "validation" and "test".

    Args:
        rolls: pieces, each `(T, 88)`.
        counts: the numbers of training, validation and test pieces that are wanted. The validation
            and the test split may get a few pieces more, since a tune is not divided.
        seed: the seed of the random order.
    """
    tunes = defaultdict(list)
    for roll in rolls:
        tunes[tune(roll)].append(roll)
    groups = list(tunes.values())
    splits: dict[str, list[Roll]] = {"train": [], "validation": [], "test": []}
    _, validation, test = counts
    for n in np.random.default_rng(seed).permutation(len(groups)):
        if len(splits["test"]) < test:
            splits["test"] += groups[n]
        elif len(splits["validation"]) < validation:
            splits["validation"] += groups[n]
        else:
            splits["train"] += groups[n]
    return splits
