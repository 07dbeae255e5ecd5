from collections.abc import Iterator
from typing import Any

import pytest
import torch
from lightning import LightningDataModule
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, RandomSampler

from elman.data.length_batches import LengthBatches
from elman.data.random_state import random_state, set_random_state
from elman.data.resumable_loader import ResumableLoader, make_resumable


class Noisy(Dataset[Tensor]):
    """Examples with noise that is drawn when they are read."""

    def __len__(self) -> int:
        return 30

    def __getitem__(self, n: int) -> Tensor:
        return n + torch.rand(1)


def loaders(kind: str) -> ResumableLoader:
    examples = Noisy()
    if kind == "lengths":
        lengths = [n % 7 for n in range(30)]
        return ResumableLoader(
            examples,
            batch_sampler=LengthBatches(RandomSampler(examples), lengths, 4),  # type: ignore[arg-type]
        )
    return ResumableLoader(examples, 4, shuffle=True, num_workers=2 if kind == "workers" else 0)


def two_epochs(loader: ResumableLoader) -> Iterator[tuple[Tensor, Tensor]]:
    """Each batch with what a network draws between the batches, such as its dropout."""
    for _ in range(2):
        for batch in loader:
            yield batch, torch.rand(2)


@pytest.mark.parametrize("kind", ["shuffled", "lengths", "workers"])
def test_continues_in_the_middle_of_the_second_epoch(kind: str) -> None:
    torch.manual_seed(3)
    loader = loaders(kind)
    read = two_epochs(loader)
    batches = [next(read) for _ in range(8 + 3)]
    assert sum(len(batch) for batch, _ in batches[:8]) == 30  # the first epoch
    position, state = loader.state_dict(), random_state()
    expected = list(read)

    torch.manual_seed(4)
    resumed = loaders(kind)
    resumed.load_state_dict(position)
    set_random_state(state)
    found = [(batch, torch.rand(2)) for batch in resumed]
    assert len(found) == len(expected) == 5
    for one, other in zip(found, expected, strict=True):
        assert all(map(torch.equal, one, other))
    assert len(list(resumed)) == 8  # the next epoch is a whole one


def test_reads_as_the_loader_of_torch() -> None:
    """The published results do not change."""
    torch.manual_seed(0)
    expected = [batch for _ in range(2) for batch in DataLoader(Noisy(), 4, shuffle=True)]
    torch.manual_seed(0)
    found = [batch for _ in range(2) for batch in loaders("shuffled")]
    assert all(map(torch.equal, found, expected))


def test_the_loaders_of_a_data_module_become_resumable() -> None:
    class Own(DataLoader[Any]):
        """A loader with a way of its own."""

    class Data(LightningDataModule):
        def train_dataloader(self) -> Any:
            return {"one": DataLoader(Noisy(), 4), "other": Own(Noisy(), 4)}

        def val_dataloader(self) -> Any:
            return DataLoader(Noisy(), 4)

    data = Data()
    make_resumable(data)
    assert isinstance(data.train_dataloader()["one"], ResumableLoader)
    assert type(data.train_dataloader()["other"]) is Own
    assert isinstance(data.val_dataloader(), ResumableLoader)
