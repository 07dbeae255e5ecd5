"""Batches that several processes share."""

from collections.abc import Iterator

from lightning import Trainer
from torch.utils.data import BatchSampler, Sampler

from elman.data.length_batches import LengthBatches


class SharedBatches(Sampler[list[int]]):
    """The part of one process in the batches of all processes.

    The batches are those of a single process: the first process draws them, and each takes every
    `world_size`-th example of a batch. A batch with fewer examples than processes is left out.

    Args:
        batches: of all processes together, as lists of indices.
        examples: number of examples in an epoch.
        trainer: knows the processes.
    """

    def __init__(
        self, batches: BatchSampler | LengthBatches, examples: int, trainer: Trainer
    ) -> None:
        self.batches = batches
        self.examples = examples
        self.trainer = trainer

    def __len__(self) -> int:
        full, rest = divmod(self.examples, self.batches.batch_size)
        return full + (rest >= self.trainer.world_size)

    def __iter__(self) -> Iterator[list[int]]:
        # The random numbers of the processes differ after dropout, for example.
        batches: list[list[int]] = self.trainer.strategy.broadcast(list(self.batches))
        for batch in batches:
            if len(batch) >= self.trainer.world_size:
                yield batch[self.trainer.global_rank :: self.trainer.world_size]
