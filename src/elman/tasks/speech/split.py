"""Recordings in splits that share no speaker."""

import random

from elman.data.splits import Size, count_of
from elman.tasks.speech.recordings import Utterance


def divide(
    utterances: list[Utterance], validation: Size, test: Size, seed: int
) -> dict[str, list[Utterance]]:
    """Three parts; where the speakers are known, nobody speaks in two of them.

    Args:
        utterances: all.
        validation: size of the validation split: a number or fraction of the speakers, or else of
            the utterances.
        test: size of the test split, likewise.
        seed: of the choice.

    Returns:
        "train", "validation" and "test".

    Raises:
        ValueError: the speakers are known of some utterances only, or there are too few.
    """
    known = sum(utterance.speaker is not None for utterance in utterances)
    if 0 < known < len(utterances):
        raise ValueError(
            f"the speaker is given for {known} of {len(utterances)} recordings; give it for all "
            "or none"
        )
    # Who must not be in two parts: a speaker, or else an utterance.
    units = [u.speaker if known else str(n) for n, u in enumerate(utterances)]
    order = sorted(set(map(str, units)))
    random.Random(seed).shuffle(order)  # noqa: S311 - no secret
    for_test = max(1, count_of(test, len(order)))
    for_validation = max(1, count_of(validation, len(order)))
    if for_test + for_validation >= len(order):
        raise ValueError(
            f"{len(order)} {'speakers' if known else 'recordings'} are too few for three parts"
        )
    part_of = dict.fromkeys(order, "train")
    part_of |= dict.fromkeys(order[:for_test], "test")
    part_of |= dict.fromkeys(order[for_test : for_test + for_validation], "validation")
    parts: dict[str, list[Utterance]] = {"train": [], "validation": [], "test": []}
    for unit, utterance in zip(units, utterances, strict=True):
        parts[part_of[str(unit)]].append(utterance)
    return parts
