"""A split by combinations of words: test captions combine known words in new ways."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

from elman.data.spelling import comparable, first_spellings

MIN_COMBINATIONS = 20  # of a split, if the captions allow it


class Split(NamedTuple):
    """A validation or test split.

    Attributes:
        indices: of its captions, in ascending order.
        combinations: of words. Each caption of the split contains at least one of them; no training
            caption contains any of them.
    """

    indices: list[int]
    combinations: list[tuple[str, ...]]


def without_rare_words(captions: Sequence[str], min_count: int) -> list[int]:
    """The indices of the captions in which every word is in `min_count` or more of them."""
    words = [set(caption.split()) for caption in captions]
    kept = list(range(len(captions)))
    while True:
        counts = Counter(word for index in kept for word in words[index])
        frequent = [n for n in kept if min(counts[word] for word in words[n]) >= min_count]
        if len(frequent) == len(kept):
            return kept
        kept = frequent  # dropped captions may have made other words rare


def split_by_combinations(
    captions: Sequence[str],
    sizes: Sequence[int],
    combination_size: int,
    min_count: int,
    seed: int,
    key: Callable[[str], str] = comparable,
) -> tuple[list[Split], list[int]]:
    """Divides captions so that each split has combinations of words that no training caption has.

    For each split, random combinations of words are chosen, such as "woman" and "firefighter". All
    captions with these words become part of the split, whatever their other words are. A
    combination is skipped if a word of its captions would be left in fewer than `min_count`
    training captions, or if its captions exceed the size of the split. Combinations of many
    captions come last, so that a split has many combinations.

    Args:
        captions: words separated by spaces.
        sizes: maximum number of captions of each split.
        combination_size: number of words of a combination.
        min_count: minimum number of training captions that contain each word of a split.
        seed: of the random order of the combinations.
        key: of a word; spellings with the same key are one word.

    Returns:
        The splits, and the indices of the training captions, in ascending order.
    """
    spelling = first_spellings((word for caption in captions for word in caption.split()), key)
    words = [frozenset(spelling[word] for word in caption.split()) for caption in captions]
    candidates = sorted({c for each in words for c in combinations(sorted(each), combination_size)})
    random.Random(seed).shuffle(candidates)  # noqa: S311 - not used for security
    training: dict[str, set[int]] = defaultdict(set)  # training captions that contain a word
    for index, each in enumerate(words):
        for word in each:
            training[word].add(index)

    splits = []
    for size in sizes:
        split = Split([], [])
        for limit in (size // MIN_COMBINATIONS, size):
            for combination in candidates:
                matches = set.intersection(*(training[word] for word in combination))
                if not 0 < len(matches) <= min(limit, size - len(split.indices)):
                    continue
                removed = Counter(word for index in matches for word in words[index])
                if any(len(training[word]) - count < min_count for word, count in removed.items()):
                    continue
                for word in removed:
                    training[word] -= matches
                split.indices.extend(matches)
                split.combinations.append(combination)
        splits.append(Split(sorted(split.indices), split.combinations))
    return splits, sorted(set().union(*training.values()))
