"""Batches of sequences of like length, so that little of them is padding."""

import math
from collections.abc import Iterator

import torch

BUCKET = 16  # batches among which sequences of like length are put together


class LikeLengths:
    """The numbers of the examples in each batch, by chance and yet of like length.

    Args:
        lengths: of all examples.
        batch_size: examples in a batch.
    """

    def __init__(self, lengths: list[int], batch_size: int) -> None:
        self.lengths = lengths
        self.batch_size = batch_size

    def __len__(self) -> int:
        return math.ceil(len(self.lengths) / self.batch_size)

    def __iter__(self) -> Iterator[list[int]]:
        order = torch.randperm(len(self.lengths)).tolist()
        batches = []
        for bucket in _chunks(order, BUCKET * self.batch_size):
            bucket.sort(key=lambda n: self.lengths[n])
            batches.extend(_chunks(bucket, self.batch_size))
        for k in torch.randperm(len(batches)).tolist():
            yield batches[k]


def _chunks(numbers: list[int], size: int) -> list[list[int]]:
    return [numbers[n : n + size] for n in range(0, len(numbers), size)]
