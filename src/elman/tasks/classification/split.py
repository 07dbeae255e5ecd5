"""Examples in parts: to train on, to validate with and to test with."""

import logging
from collections.abc import Callable, Hashable

import torch

from elman.data.splits import stratified
from elman.tasks.classification.example import Example

log = logging.getLogger(__name__)

Key = Callable[[object], Hashable]  # what two sequences have in common if they are the same


def once(examples: list[Example], key: Key, source: str) -> list[Example]:
    """The first of all examples that are the same, unless they have several classes.

    Args:
        examples: in which a sequence may be more than once.
        key: tells which sequences are the same.
        source: what to call the examples; it is logged how many were left out.
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


def unseen(tested: list[Example], trained: list[Example], key: Key) -> list[Example]:
    """The examples to test with that are not among those to train on; logs how many are."""
    seen = {key(example.sequence) for example in trained}
    kept = [example for example in tested if key(example.sequence) not in seen]
    if len(kept) < len(tested):
        log.warning(
            "data: %s examples to test with are among those to train on and are left out",
            f"{len(tested) - len(kept):,}",
        )
    return kept


def divide(
    examples: list[Example], classes: list[str], test: int, validation: int, seed: int
) -> dict[str, list[Example]]:
    """The parts "test", "validation" and "train", with the same share of each class.

    Args:
        examples: to be divided.
        classes: the names of all classes.
        test: number of test examples.
        validation: number of validation examples; the others are to train on.
        seed: of the choice.
    """
    y = torch.tensor([classes.index(example.label) for example in examples])
    chosen = torch.tensor_split(stratified(y, seed), [test, test + validation])
    return {
        name: [examples[n] for n in numbers.tolist()]
        for name, numbers in zip(("test", "validation", "train"), chosen, strict=True)
    }
