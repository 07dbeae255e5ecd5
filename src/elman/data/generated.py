"""Sequences that are generated from a seed: new ones in every training batch."""

import math
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn

from elman.checks import check_at_least, check_seed, check_size
from elman.data.module import DataModule
from elman.data.state import check_state

SPLITS = ("train", "validation", "test")  # a random stream for each; the order must not change

Batch = tuple[Tensor, Tensor]


class GeneratedData(DataModule):
    """Sequences of a task that a program defines, generated batch by batch.

    Batch n of a split depends on the seed, the split and n alone, so all machines and any number of
    processes see the same sequences; each process takes its own part of a batch. The training never
    repeats a batch; validation and test have the same sequences in every epoch.

    A subclass writes `generate`.

    Args:
        batch_size: number of sequences B in a batch, of all processes together.
        batches: number of training batches in an epoch.
        validation: number of validation sequences.
        test: number of test sequences.
        seed: of all sequences.

    Attributes:
        task: its name, for messages.

    Raises:
        TypeError, ValueError: an argument is not a positive int, or the seed not an int from 0 on.
    """

    task: ClassVar[str]
    shared_batch = True

    def __init__(
        self,
        batch_size: int = 32,
        batches: int = 500,
        validation: int = 1_000,
        test: int = 10_000,
        seed: int = 0,
    ) -> None:
        super().__init__(path=None, directory="")
        self.batch_size = check_size("data.batch_size", batch_size)
        self.batches = check_size("data.batches", batches)
        self.validation = check_size("data.validation", validation)
        self.test = check_size("data.test", test)
        self.seed = check_seed("data.seed", seed)
        self._read = 0  # training batches before this training was resumed
        self._train: GeneratedBatches | None = None

    @abstractmethod
    def generate(self, random: np.random.Generator, B: int) -> Batch:
        """Generates a batch of sequences from a random number generator.

        Args:
            random: the only source of chance.
            B: number of sequences.

        Returns:
            X: inputs, `(T, B, I)`.
            y: targets, `(B)`, or one for each time step, `(T, B, …)`.
        """

    @property
    def baselines(self) -> dict[str, float]:
        """The main metric that is reached without memory, by the name of the method."""
        return {}

    def further_metrics(self, network: nn.Module) -> dict[str, float]:  # noqa: ARG002
        """Metrics of a test that are computed from other sequences than those of the test split."""
        return {}

    @property
    def source(self) -> str:
        """The task in words."""
        return f"sequences of the task {self.task}"

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{self.batches * self.batch_size:,} new {self.source} in each epoch"

    @property
    def test_description(self) -> str:
        """The test data in words."""
        return f"{self.test:,} other {self.source}"

    def train_dataloader(self) -> "GeneratedBatches":
        """New batches in each epoch; after resuming, those that follow."""
        if self._train is None:
            self._train = self._of_split("train", self.batches * self.batch_size)
            self._train.read = self._read
        return self._train

    def val_dataloader(self) -> "GeneratedBatches":
        """The same batches in each epoch."""
        return self._of_split("validation", self.validation)

    def test_dataloader(self) -> "GeneratedBatches":
        """The same batches in each test."""
        return self._of_split("test", self.test)

    def train_batch(self, B: int) -> Batch:
        """One batch of B training sequences, for a baseline."""
        return self.generate(_random(self.seed, "train", 0), B)

    def _of_split(self, split: str, sequences: int) -> "GeneratedBatches":
        world_size, rank, overfit = 1, 0, False
        if self.trainer is not None:
            world_size, rank = self.trainer.world_size, self.trainer.global_rank
            overfit = bool(self.trainer.overfit_batches)  # type: ignore[attr-defined]
        for argument in ("batch_size", "validation", "test"):
            count = getattr(self, argument)
            if count % world_size:
                raise ValueError(
                    f"data.{argument} must be a multiple of the {world_size} processes, got {count}"
                )
        endless = split == "train" and not overfit
        return GeneratedBatches(self, split, sequences, endless, rank, world_size)

    def state_dict(self) -> dict[str, Any]:
        """The number of training batches read, for a checkpoint."""
        read = self._read if self._train is None else self._train.read
        return {**super().state_dict(), "read": read}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues with the training batches after those that `state` counts."""
        super().load_state_dict(state)
        check_state(state, read=int)
        check_at_least("its 'read'", state["read"], 0)
        self._read = state["read"]


class GeneratedBatches:
    """The batches of one split, or the part of each batch that one process takes.

    Args:
        data: generates the sequences.
        split: "train", "validation" or "test".
        sequences: number of sequences in an epoch.
        endless: an epoch continues after the last batch of the previous one.
        rank: index of this process, which takes every `world_size`-th sequence.
        world_size: number of processes.

    Attributes:
        read: number of batches read so far.
    """

    def __init__(
        self,
        data: GeneratedData,
        split: str,
        sequences: int,
        endless: bool,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.data, self.split = data, split
        self.sequences, self.endless = sequences, endless
        self.own = slice(rank, None, world_size)
        self.read = 0

    def __len__(self) -> int:
        return math.ceil(self.sequences / self.data.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        """Yields inputs `(T, B, I)` with targets `(B)` or `(T, B, …)`."""
        if not self.endless:
            self.read = 0
        for _ in range(len(self)):
            self.read += 1
            yield self._batch(self.read - 1)

    def _batch(self, n: int) -> Batch:
        B = self.data.batch_size
        if not self.endless:
            B = min(B, self.sequences - n * B)
        X, y = self.data.generate(_random(self.data.seed, self.split, n), B)
        return X[:, self.own], y[self.own] if y.dim() == 1 else y[:, self.own]

    def state_dict(self) -> dict[str, Any]:
        """The number of batches read; Lightning asks for it in a checkpoint within an epoch."""
        return {"read": self.read}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues after them."""
        self.read = state["read"]


def _random(seed: int, split: str, n: int) -> np.random.Generator:
    """The random numbers of batch n of a split."""
    return np.random.default_rng([seed, SPLITS.index(split), n])
