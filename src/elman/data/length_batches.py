"""Batches of examples of about the same length."""

import math
from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Sampler

POOL = 50  # batches among whose examples those of the same length are looked for


class LengthBatches(Sampler[list[int]]):
    """Puts examples of about the same length together, so that little of a batch is padding.

    In every epoch the examples come in another order, are cut into pools of 50 batches, sorted by
    length within each, cut into batches, and the batches shuffled.

    Args:
        sampler: the numbers of the examples in the order of an epoch.
        lengths: of the examples.
        batch_size: examples in a batch; the last ones may be fewer.
    """

    def __init__(self, sampler: Sampler[int], lengths: Sequence[int], batch_size: int) -> None:
        self.sampler = sampler  # Lightning tells it the epoch, where it has to know
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
