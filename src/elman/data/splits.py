"""Training, validation and test examples."""

from numbers import Integral, Real

import torch
from torch import Tensor

Size = int | float  # of a split: an int is a number of examples, a float a fraction of all examples


def check_split_sizes(validation: Size, test: Size) -> None:
    """Checks `data.validation` and `data.test` before any data are read.

    Raises:
        TypeError: one is not a number.
        ValueError: one is neither a positive int nor a fraction between 0 and 1, or the two
            fractions leave nothing to train on.
    """
    for argument, size in (("data.validation", validation), ("data.test", test)):
        wanted = "an int from 1 on (a number of examples) or a fraction between 0 and 1"
        if not isinstance(size, Real) or isinstance(size, bool):
            raise TypeError(f"{argument} must be {wanted}, got {size!r}")
        if not (size >= 1 if isinstance(size, Integral) else 0 < size < 1):
            raise ValueError(f"{argument} must be {wanted}, got {size!r}")
    fractions = sum(size for size in (validation, test) if not isinstance(size, Integral))
    if fractions >= 1:
        raise ValueError(
            "data.validation and data.test must leave examples to train on, got the fractions "
            f"{validation} and {test}"
        )


def count_of(size: Size, total: int) -> int:
    """The number of examples that a split of this size has, of `total` examples."""
    return int(size) if isinstance(size, Integral) else round(size * total)


def split_counts(
    total: int, validation: Size, test: Size, source: str, examples: str = "examples"
) -> tuple[int, int, int]:
    """The numbers of examples to train on, to validate and to test with.

    Args:
        total: number of all examples.
        validation: size of the validation split, see `Size`.
        test: size of the test split.
        source: a name of the data, for messages.
        examples: what an example is, for messages: "pictures".

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
    """`10 %`, or `500 pictures`."""
    return f"{size:,} {examples}" if isinstance(size, Integral) else f"{100 * size:g} %"


def stratified(y: Tensor, seed: int) -> Tensor:
    """A random order whose first n examples have the class proportions of all, for any n.

    Args:
        y: classes of the examples, `(N)`.
        seed: of the random order.

    Returns:
        Indices of the examples, `(N)`.
    """
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(y), generator=generator)
    place = torch.empty(len(y), dtype=torch.float64)
    for k in torch.unique(y):
        own = shuffled[y[shuffled] == k]
        place[own] = (torch.arange(len(own), dtype=torch.float64) + 0.5) / len(own)
    return shuffled[place[shuffled].argsort(stable=True)]
