"""Training, validation and test splits of labelled examples, without duplicates."""

import logging
from collections.abc import Callable, Hashable

import torch

from elman.data.splits import stratified
from elman.tasks.classification.example import Example

log = logging.getLogger(__name__)

Key = Callable[[object], Hashable]  # equal sequences have equal keys


def drop_duplicates(examples: list[Example], key: Key, source: str) -> list[Example]:
    """Keeps the first of equal examples, and none of those that have several classes.

    Args:
        examples: the examples; a sequence may occur more than once.
        key: the key of a sequence.
        source: the name of the data, for the log: it states how many examples are left out.
    """
    first: dict[Hashable, Example] = {}
    labels: dict[Hashable, set[str]] = {}
    for example in examples:
        first.setdefault(key(example.sequence), example)
        labels.setdefault(key(example.sequence), set()).add(example.label)
    kept = [first[each] for each in first if len(labels[each]) == 1]
    if len(kept) < len(examples):
        log.info(
            "data: %s has %s examples, %s different ones; %s of those have several classes and "
            "are left out",
            source,
            f"{len(examples):,}",
            f"{len(first):,}",
            f"{len(first) - len(kept):,}",
        )
    return kept


def drop_seen(test: list[Example], training: list[Example], key: Key) -> list[Example]:
    """The test examples that are not among the training examples; logs how many are."""
    seen = {key(example.sequence) for example in training}
    kept = [example for example in test if key(example.sequence) not in seen]
    if len(kept) < len(test):
        log.warning(
            "data: %s test examples are also training examples and are left out",
            f"{len(test) - len(kept):,}",
        )
    return kept


def split(
    examples: list[Example], classes: list[str], test: int, validation: int, seed: int
) -> dict[str, list[Example]]:
    """The splits "test", "validation" and "train", each with the same class proportions.

    Args:
        examples: the examples of all splits.
        classes: the names of the classes, in order.
        test: number of test examples.
        validation: number of validation examples.
        seed: the seed of the random split.
    """
    y = torch.tensor([classes.index(example.label) for example in examples])
    indices = torch.tensor_split(stratified(y, seed), [test, test + validation])
    return {
        name: [examples[n] for n in chosen.tolist()]
        for name, chosen in zip(("test", "validation", "train"), indices, strict=True)
    }
