"""Batches of examples of similar length."""

import math
from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

POOL = 50  # batches that are sorted by length together


class LengthBatches(Sampler[list[int]]):
    """Samples batches of examples of similar length, so that a batch needs little padding.

    Each epoch takes the examples in the order of `sampler`, divides them into pools of 50 batches,
    sorts each pool by length, divides it into batches, and shuffles the batches.

    Args:
        sampler: yields the indices of the examples, in a new order in each epoch.
        lengths: the length of each example.
        batch_size: number of examples in a batch. The last batch of an epoch may be smaller.
    """

    def __init__(self, sampler: Sampler[int], lengths: Sequence[int], batch_size: int) -> None:
        self.sampler = sampler
        self.lengths = torch.as_tensor(lengths)
        self.batch_size = batch_size

    def __len__(self) -> int:
        return math.ceil(len(self.sampler) / self.batch_size)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[list[int]]:
        order = torch.tensor(list(self.sampler))
        batches = [
            batch
            for pool in torch.split(order, POOL * self.batch_size)
            for batch in torch.split(pool[self.lengths[pool].argsort()], self.batch_size)
        ]
        for number in torch.randperm(len(batches)).tolist():
            yield batches[number].tolist()
