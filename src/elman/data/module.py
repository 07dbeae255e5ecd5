"""The base class of all data modules."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence, Sized
from pathlib import Path
from typing import Any, ClassVar

from lightning import LightningDataModule
from torch.utils.data import BatchSampler, RandomSampler

from elman.data.length_batches import LengthBatches
from elman.data.shared_batches import SharedBatches
from elman.data.spelling import comparable
from elman.data.state import check_state

LONGEST_PATH = 4096  # characters; no system has longer ones


class DataModule(LightningDataModule, ABC):
    """Training, validation and test data, with their description.

    A batch is a pair of the network's inputs, one tensor or several, and the targets.

    Args:
        path: the user's own data, a file or a folder. None means a data set that is downloaded.
        directory: the folder for downloaded data sets.

    Attributes:
        table: the name of the file that lists the examples, where `path` is a folder.
        shared_batch: whether a `batch_size` is that of all processes together, not of each.
    """

    table: ClassVar[str] = ""
    shared_batch: ClassVar[bool] = False

    def __init__(self, path: str | None, directory: str) -> None:
        super().__init__()
        self.path = None if path is None else str(path)
        self.directory = directory
        self._sha256: str | None = None  # of the file at `path`, once it has been read
        self._hashed: list[tuple[Path, int, int]] = []  # files with sizes and times of change
        self._trained_on: dict[str, str | None] | None = None  # path and hash in the checkpoint
        self._compares_exactly = False  # as the version that wrote the checkpoint

    @property
    @abstractmethod
    def source(self) -> str:
        """The name of the data set, or the path of the user's own data."""

    @property
    def train_description(self) -> str:
        """The training data in words, such as `4,000 images of MNIST`; after `setup`."""
        return self.source

    @property
    @abstractmethod
    def test_description(self) -> str:
        """The test data in words, such as `500 pictures of MNIST`."""

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of the network that depend on the data; before `setup`, their minimums."""
        return {}

    @property
    def uses(self) -> dict[str, str]:
        """Scripts, with arguments, that use a network trained on these data, by what they do.

        The argument `checkpoint=` is left out.
        """
        return {}

    @property
    def symbols(self) -> Sequence[str]:
        """A text for each index that the network reads; empty if it reads no symbols."""
        return ()

    def random_batches(
        self, examples: Sized, batch_size: int, lengths: Sequence[int] | None = None
    ) -> dict[str, Any]:
        """Arguments of a DataLoader for batches of training examples, in a new order each epoch.

        Several processes see the batches that one process would see, each a part of them.

        Args:
            examples: of the training split.
            batch_size: number of examples B of each process.
            lengths: the length of each example, for batches of similar length; None: any lengths.
        """
        order = RandomSampler(examples)
        processes = 1 if self.trainer is None else self.trainer.world_size
        if processes == 1 and lengths is None:
            return {"batch_size": batch_size, "sampler": order}
        B = batch_size * processes
        batches = (
            BatchSampler(order, B, drop_last=False)
            if lengths is None
            else LengthBatches(order, lengths, B)
        )
        if self.trainer is None or processes == 1:
            return {"batch_sampler": batches}
        return {"batch_sampler": SharedBatches(batches, len(examples), self.trainer)}

    def own_files(self) -> Sequence[Path]:
        """The user's files that determine which examples there are."""
        return [Path(str(self.path)) / self.table]

    def comparable(self, text: str) -> str:
        """The text as it is compared with others, which are not to be in another split.

        See `elman.data.spelling`. The splits of a checkpoint whose version compared texts exactly
        stay as they were.
        """
        return text if self._compares_exactly else comparable(text)

    @property
    def same_split_as_in_training(self) -> bool:
        """Whether the splits are those of the training, so that the test examples are unseen."""
        return self._trained_on is None or self._trained_on["sha256"] == self._sha256

    def check_unchanged(self) -> None:
        """Computes the hash of the user's own data and compares it with that of the checkpoint.

        Raises:
            ValueError: the data at the same path have changed since the training. The splits
                would differ, and the test split could contain training examples.
        """
        if self.path is not None:
            self._hash(self.own_files())
        moved = self._trained_on is not None and self._absolute() != self._trained_on["path"]
        if not self.same_split_as_in_training and not moved:
            raise ValueError(
                f"data: {self.path} has changed since the network was trained on it, so its test "
                "split may contain training examples; restore the file, or give another one with "
                "data.path"
            )

    def _hash(self, files: Sequence[Path]) -> None:
        """Computes the hash of the files together, unless they are as they were the last time."""
        stats = [(own, own.stat()) for own in files]
        found = [(own, stat.st_size, stat.st_mtime_ns) for own, stat in stats]
        if found == self._hashed:
            return
        sha256 = hashlib.sha256()
        for own in files:
            with own.open("rb") as file:
                hashlib.file_digest(file, lambda: sha256)
        self._sha256, self._hashed = sha256.hexdigest(), found

    def _absolute(self) -> str | None:
        return None if self.path is None else str(Path(self.path).absolute())

    def state_dict(self) -> dict[str, Any]:
        """The path and the hash of the user's own data, for a checkpoint."""
        return {"path": self._absolute(), "sha256": self._sha256, "comparable": True}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes the path and the hash from a checkpoint; a path that was given stays.

        Raises:
            ValueError: other data have already been read, or a value is missing or wrong.
        """
        check_state(state, path=str | None, sha256=str | None)
        if len(state["path"] or "") > LONGEST_PATH:
            raise ValueError(f"its 'path' is longer than {LONGEST_PATH} characters")
        if self._sha256 not in (None, state["sha256"]):
            raise ValueError(f"data: the checkpoint was not trained on {self.path}")
        if self.path is None:
            self.path = state["path"]
        self._trained_on = {"path": state["path"], "sha256": state["sha256"]}
        self._compares_exactly = not state.get("comparable", False)
