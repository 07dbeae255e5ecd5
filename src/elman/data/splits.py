"""Sizes of the training, validation and test splits, and stratified splits."""

from numbers import Integral, Real

import torch
from torch import Tensor

Size = int | float  # of a split: an int is a number of examples, a float a fraction of all examples


def check_split_sizes(validation: Size, test: Size) -> None:
    """Checks `data.validation` and `data.test` before any data are read.

    Raises:
        TypeError: a size is not a number.
        ValueError: a size is neither a positive int nor a fraction between 0 and 1, or the two
            fractions leave no training examples.
    """
    for argument, size in (("data.validation", validation), ("data.test", test)):
        expected = "an int from 1 on (a number of examples) or a fraction between 0 and 1"
        if not isinstance(size, Real) or isinstance(size, bool):
            raise TypeError(f"{argument} must be {expected}, got {size!r}")
        if not (size >= 1 if isinstance(size, Integral) else 0 < size < 1):
            raise ValueError(f"{argument} must be {expected}, got {size!r}")
    fractions = sum(size for size in (validation, test) if not isinstance(size, Integral))
    if fractions >= 1:
        raise ValueError(
            "data.validation and data.test must leave examples to train on, got the fractions "
            f"{validation} and {test}"
        )


def count_of(size: Size, total: int) -> int:
    """The number of examples in a split of this size, where there are `total` examples in all."""
    return int(size) if isinstance(size, Integral) else round(size * total)


def split_counts(
    total: int, validation: Size, test: Size, source: str, examples: str = "examples"
) -> tuple[int, int, int]:
    """The numbers of training, validation and test examples.

    Args:
        total: number of all examples.
        validation: size of the validation split, see `Size`.
        test: size of the test split.
        source: the name of the data, for messages.
        examples: the plural noun for the examples, for messages, such as "pictures".

    Raises:
        ValueError: a split is empty.
    """
    counts = count_of(validation, total), count_of(test, total)
    train = total - sum(counts)
    for name, count in (("validation", counts[0]), ("test", counts[1]), ("training", train)):
        if count <= 0:
            raise ValueError(
                f"data: {source} has {total:,} {examples}; data.validation={validation} and "
                f"data.test={test} leave none for the {name} split"
            )
    return train, *counts


def describe_size(size: Size, examples: str) -> str:
    """The size of a split in words, such as `10 %` or `500 pictures`."""
    return f"{size:,} {examples}" if isinstance(size, Integral) else f"{100 * size:g} %"


def stratified(y: Tensor, seed: int) -> Tensor:
    """A random order whose first n examples have the class proportions of all examples, for any n.

    scikit-learn's stratified splits choose other examples for the same seed. Checkpoints are
    tested on the examples that they were not trained on, so this choice must not change.

    Args:
        y: classes of the examples, `(N)`.
        seed: the seed of the random order.

    Returns:
        The indices of the examples in that order, `(N)`.
    """
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(y), generator=generator)
    # Example n of the N_k examples of class k goes to the place (n + ½) / N_k.
    place = torch.empty(len(y), dtype=torch.float64)
    for k in torch.unique(y):
        own = shuffled[y[shuffled] == k]
        place[own] = (torch.arange(len(own), dtype=torch.float64) + 0.5) / len(own)
    return shuffled[place[shuffled].argsort(stable=True)]
