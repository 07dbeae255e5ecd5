"""Data loaders that continue in the middle of an epoch."""

import functools
from collections.abc import Iterator
from typing import Any

from lightning import LightningDataModule
from lightning_utilities.core.apply_func import apply_to_collection
from torch.utils.data import DataLoader

from elman.data.random_state import random_state, set_random_state


class ResumableLoader(DataLoader[Any]):
    """A `torch.utils.data.DataLoader` whose position and order a checkpoint keeps.

    The order of an epoch, and what its worker processes draw, follow from the state of the random
    number generators at its beginning. So an epoch continues by beginning it again in this state
    and leaving out the batches that have been read.
    """

    _read = 0  # batches of this epoch
    _start: dict[str, Any] | None = None  # random state at the beginning of this epoch
    _continues = False

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        """Yields the batches of an epoch, or those that follow after `load_state_dict`."""
        now, read = random_state(), 0
        if self._continues and self._start is not None:
            read = self._read
            set_random_state(self._start)
        else:
            self._start = now
        self._continues, self._read = False, read
        batches = super().__iter__()
        for _ in range(read):
            next(batches)
        if read:
            set_random_state(now)
        for batch in batches:
            self._read += 1
            yield batch

    def state_dict(self) -> dict[str, Any]:
        """The number of batches read in this epoch, and the random state at its beginning."""
        return {"read": self._read, "start": self._start}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Lets the next iteration continue the epoch of a checkpoint."""
        self._read, self._start = state["read"], state["start"]
        self._continues = self._read > 0


def make_resumable(data: LightningDataModule) -> None:
    """Lets the plain DataLoaders of a user's own data module continue in the middle of an epoch."""
    for name in ("train_dataloader", "val_dataloader"):
        setattr(data, name, _resumable(getattr(data, name)))


def _resumable(method: Any) -> Any:
    @functools.wraps(method)
    def loaders() -> Any:
        return apply_to_collection(method(), DataLoader, _as_resumable)

    return loaders


def _as_resumable(loader: DataLoader[Any]) -> DataLoader[Any]:
    if type(loader) is DataLoader:  # a subclass may have a way of its own
        loader.__class__ = ResumableLoader
    return loader
