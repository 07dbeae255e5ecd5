"""Captions held out by combinations of words, so that known words must be put together anew."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

MANY = 20  # combinations that a part is to be made of, at least, where the captions allow it


class Part(NamedTuple):
    """Captions held out.

    Attributes:
        numbers: of the captions, in order.
        combinations: words that stand together in these captions, each of which has one of the
            combinations at least, and in no caption that is left to train on.
    """

    numbers: list[int]
    combinations: list[tuple[str, ...]]


def common(captions: Sequence[str], least: int) -> list[int]:
    """The numbers of the captions whose words all stand in `least` or more of these captions."""
    words = [set(caption.split()) for caption in captions]
    kept = list(range(len(captions)))
    while True:
        counts = Counter(word for number in kept for word in words[number])
        common = [n for n in kept if min(counts[word] for word in words[n]) >= least]
        if len(common) == len(kept):
            return kept
        kept = common  # what was left out may have made other words rare


def hold_out(
    captions: Sequence[str], sizes: Sequence[int], together: int, least: int, seed: int
) -> tuple[list[Part], list[int]]:
    """Parts of about the given sizes, and the numbers of the captions left to train on.

    For each part, combinations of words are drawn by chance, "woman" and "firefighter", and all
    captions with these words are held out, whatever else they say. A combination is passed over if
    too few captions with one of its words, or with another word of its captions, would be left to
    train on, or if its captions are too many for the part; those that would make up a large share
    of a part come last.

    Args:
        captions: words with spaces between them.
        sizes: captions in each part, at most.
        together: words of a combination.
        least: captions left to train on that each word held out must stand in.
        seed: of chance.

    Returns:
        The parts, and the numbers of the other captions, in order.
    """
    words = [frozenset(caption.split()) for caption in captions]
    drawn = sorted({c for each in words for c in combinations(sorted(each), together)})
    random.Random(seed).shuffle(drawn)  # noqa: S311 - nothing is to be kept secret
    left: dict[str, set[int]] = defaultdict(set)  # the captions with a word
    for number, each in enumerate(words):
        for word in each:
            left[word].add(number)

    parts = []
    for size in sizes:
        part = Part([], [])
        for largest in (size // MANY, size):
            for combination in drawn:
                own = set.intersection(*(left[word] for word in combination))
                if not 0 < len(own) <= min(largest, size - len(part.numbers)):
                    continue
                gone = Counter(word for number in own for word in words[number])
                if any(len(left[word]) - count < least for word, count in gone.items()):
                    continue
                for word in gone:
                    left[word] -= own
                part.numbers.extend(own)
                part.combinations.append(combination)
        parts.append(Part(sorted(part.numbers), part.combinations))
    return parts, sorted(set().union(*left.values()))
