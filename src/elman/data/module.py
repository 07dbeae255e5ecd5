"""What all data have in common."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sized
from pathlib import Path
from typing import Any, ClassVar

from lightning import LightningDataModule
from torch.utils.data import DistributedSampler, RandomSampler, Sampler


class DataModule(LightningDataModule, ABC):
    """Data to train, validate and test with, and what is to be told of them.

    A batch is a pair: what the network takes, one tensor or several, and what is wanted of its
    outputs.

    Args:
        path: the user's own data, a file or a folder; None: those that are fetched.
        directory: where fetched data are kept.

    Attributes:
        table: where `path` is a folder, the file in it that lists the examples.
    """

    table: ClassVar[str] = ""

    def __init__(self, path: str | None, directory: str) -> None:
        super().__init__()
        self.path = None if path is None else str(path)
        self.directory = directory
        self._sha256: str | None = None  # of the user's own file
        self._trained_on: dict[str, str | None] | None = None  # what a checkpoint knows of it

    @property
    @abstractmethod
    def source(self) -> str:
        """What the data are, for people: the name of a corpus, or the user's own file."""

    @property
    @abstractmethod
    def test_description(self) -> str:
        """What a network is tested with, for people."""

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide; before `setup` the least they can be."""
        return {}

    @property
    def uses(self) -> dict[str, str]:
        """What a network trained on the data is good for: scripts and arguments, by what they do.

        The script's `checkpoint=` is left out.
        """
        return {}

    def random_sampler(self, examples: Sized) -> Sampler[int]:
        """The numbers of the examples to train on, in another order in each epoch.

        Where several processes train together, each gets its share of them.
        """
        if self.trainer is None or self.trainer.world_size == 1:
            return RandomSampler(examples)
        world_size, rank = self.trainer.world_size, self.trainer.global_rank
        return DistributedSampler(examples, world_size, rank)  # type: ignore[arg-type]

    @property
    def same_split_as_in_training(self) -> bool:
        """Whether the parts are those of the training: of others nobody knows what was seen."""
        return self._trained_on is None or self._trained_on["sha256"] == self._sha256

    def check_unchanged(self) -> None:
        """Takes note of the user's own data when they have been read.

        Raises:
            ValueError: they have changed since a checkpoint was trained on them. They would be
                divided anew, and what was trained on be tested with.
        """
        if self.path is not None:
            with (Path(self.path) / self.table).open("rb") as file:
                self._sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        moved = self._trained_on is not None and self._absolute() != self._trained_on["path"]
        if not self.same_split_as_in_training and not moved:
            raise ValueError(
                f"data: {self.path} has changed since the network was trained on it, and some of "
                "what it would be tested with may have been trained on; give the file as it was, "
                "or another with data.path"
            )

    def _absolute(self) -> str | None:
        return None if self.path is None else str(Path(self.path).absolute())

    def state_dict(self) -> dict[str, Any]:
        """Where the user's own data are, and what they are known by."""
        return {"path": self._absolute(), "sha256": self._sha256}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over the data of a checkpoint, unless others were given.

        Raises:
            ValueError: others have been read already.
        """
        if self._sha256 not in (None, state["sha256"]):
            raise ValueError(f"data: {self.path} is not what the checkpoint was trained on")
        if self.path is None:
            self.path = state["path"]
        self._trained_on = {"path": state["path"], "sha256": state["sha256"]}
