"""A few sequences of the validation data."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from lightning import LightningDataModule, Trainer
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from elman.data.generated import GeneratedData
from elman.inspection.validation_sequences import validation_sequences
from elman.tasks.memory.adding import AddingData
from elman.tasks.memory.copy_memory import CopyMemoryData
from elman.tasks.memory.embedded_reber import EmbeddedReberData
from elman.tasks.memory.flip_flop import FlipFlopData


class Examples(IterableDataset[Any]):
    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return iter([(torch.arange(20).view(5, 4), torch.ones(5, 4))])


class Data(LightningDataModule):
    """Draws random numbers for the batches of a training."""

    def __init__(self, loader: DataLoader[Any]) -> None:
        super().__init__()
        self.loader = loader
        self.trainer = Trainer(logger=False, enable_checkpointing=False)

    def val_dataloader(self) -> DataLoader[Any]:
        return self.loader

    def on_after_batch_transfer(self, batch: Any, dataloader_idx: int) -> Any:  # noqa: ARG002
        inputs, y = batch
        return (-inputs if self.trainer is None else torch.rand_like(inputs)), y


def test_the_sequences_are_those_of_a_validation_and_draw_no_number() -> None:
    X, y = torch.rand(9, 7, 3), torch.arange(9)
    examples = Data(DataLoader(TensorDataset(X, y), 3, shuffle=True))
    streams = Data(DataLoader(Examples(), batch_size=None))
    state = torch.get_rng_state()
    read, (inputs, targets) = validation_sequences(examples, 6, 5, 2)
    assert torch.equal(read[0], X[6:])
    assert torch.equal(inputs, -X[6:])
    assert torch.equal(targets, y[6:])
    read, (inputs, targets) = validation_sequences(streams, 1, 2, 3)
    assert torch.equal(read[0], torch.arange(20).view(5, 4)[:3, 1:3])
    assert torch.equal(inputs, -read[0])
    assert targets.shape == (3, 2)
    assert torch.equal(torch.get_rng_state(), state)
    assert examples.trainer is not None


@pytest.mark.parametrize(
    "data",
    [
        AddingData(length=9, batch_size=4, validation=10),
        CopyMemoryData(delay=3, batch_size=4, validation=10),
        FlipFlopData(length=9, batch_size=4, validation=10),
    ],
    ids=lambda data: data.task,
)
@pytest.mark.parametrize(("first", "count"), [(0, 1), (2, 2), (9, 1)])
def test_generated_sequences_are_whole(data: GeneratedData, first: int, count: int) -> None:
    batches = list(data.val_dataloader())
    X = torch.cat([X for X, _ in batches], dim=1)[:, first : first + count]
    y = [row for _, y in batches for row in (y if y.dim() == 1 else y.transpose(0, 1))]
    _, (inputs, targets) = validation_sequences(data, first, count, 2)
    assert torch.equal(inputs, X)
    if targets.dim() > 1:
        targets = targets.transpose(0, 1)
    assert torch.equal(targets, torch.stack(y[first : first + count]))


def test_the_padding_of_a_generated_string_is_left_out() -> None:
    data = EmbeddedReberData(batch_size=8, validation=8)
    [(X, y)] = data.val_dataloader()
    lengths = (y.sum(-1) > 0).sum(0)  # (B)
    assert len(set(lengths.tolist())) > 1
    for b, T in enumerate(lengths.tolist()):
        _, (inputs, targets) = validation_sequences(data, b, 1, 2)
        assert torch.equal(inputs, X[:T, b : b + 1])
        assert torch.equal(targets, y[:T, b : b + 1])
    _, (inputs, _) = validation_sequences(data, 0, 8, 2)
    assert torch.equal(inputs, X)


@pytest.mark.parametrize("first", [-1, 10])
def test_an_index_that_does_not_exist(first: int) -> None:
    data = AddingData(batch_size=4, validation=10)
    with pytest.raises(ValueError, match=f"from 0 to 9, .*task adding, got {first}$"):
        validation_sequences(data, first, 1, 2)
