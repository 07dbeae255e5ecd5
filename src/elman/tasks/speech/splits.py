"""Splits of recordings that share no speaker."""

import random
from collections.abc import Callable

from elman.data.spelling import comparable, first_spellings
from elman.data.splits import Size, count_of
from elman.tasks.speech.recordings import Utterance


def split_by_speaker(
    utterances: list[Utterance],
    validation: Size,
    test: Size,
    seed: int,
    key: Callable[[str], str] = comparable,
) -> dict[str, list[Utterance]]:
    """Splits utterances at random; no speaker is in two splits, if the speakers are known.

    Args:
        utterances: all utterances.
        validation: size of the validation split: a number or fraction of the speakers or, if they
            are unknown, of the utterances.
        test: size of the test split, in the same way.
        seed: of the random choice.
        key: of a speaker's name; spellings with the same key are one speaker.

    Returns:
        "train", "validation" and "test".

    Raises:
        ValueError: only some utterances have a speaker, or there are too few.
    """
    known = sum(utterance.speaker is not None for utterance in utterances)
    if 0 < known < len(utterances):
        raise ValueError(
            f"the speaker is given for {known} of {len(utterances)} recordings; give it for all "
            "or none"
        )
    # The groups that stay together: the utterances of a speaker, or single utterances.
    speaker = first_spellings((str(u.speaker) for u in utterances), key)
    groups = [speaker[str(u.speaker)] if known else str(n) for n, u in enumerate(utterances)]
    order = sorted(set(groups))
    random.Random(seed).shuffle(order)  # noqa: S311 - not for security
    test_count = max(1, count_of(test, len(order)))
    validation_count = max(1, count_of(validation, len(order)))
    if test_count + validation_count >= len(order):
        raise ValueError(
            f"{len(order)} {'speakers' if known else 'recordings'} are too few for three splits"
        )
    split_of = dict.fromkeys(order, "train")
    split_of |= dict.fromkeys(order[:test_count], "test")
    split_of |= dict.fromkeys(order[test_count : test_count + validation_count], "validation")
    splits: dict[str, list[Utterance]] = {"train": [], "validation": [], "test": []}
    for group, utterance in zip(groups, utterances, strict=True):
        splits[split_of[group]].append(utterance)
    return splits
