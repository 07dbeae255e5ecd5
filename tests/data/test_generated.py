from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import DictConfig
from torch import Tensor

from elman.data.generated import GeneratedBatches, GeneratedData
from elman.tasks.memory.adding import AddingData
from elman.training.train import train

Batch = tuple[Tensor, Tensor]


class Numbers(GeneratedData):
    """Random numbers; the targets are the numbers themselves, one a time step or one a sequence."""

    task = "numbers"
    each_step = True

    def generate(self, random: np.random.Generator, B: int) -> Batch:
        X = torch.from_numpy(random.random((3, B, 1)))
        return X, X[..., 0] if self.each_step else X[-1, :, 0]


def numbers(world_size: int = 1, rank: int = 0, overfit: float = 0.0, **arguments: int) -> Numbers:
    """Data whose trainer has these processes."""
    data = Numbers(**{"batch_size": 6, "batches": 3, "validation": 15, "test": 12, **arguments})
    trainer = SimpleNamespace(world_size=world_size, global_rank=rank, overfit_batches=overfit)
    data.trainer = trainer  # type: ignore[assignment]
    return data


def loaders(data: GeneratedData) -> list[GeneratedBatches]:
    return [data.train_dataloader(), data.val_dataloader(), data.test_dataloader()]


def same(batches: list[Batch], others: list[Batch]) -> bool:
    return len(batches) == len(others) and all(
        torch.equal(X, other_X) and torch.equal(y, other_y)
        for (X, y), (other_X, other_y) in zip(batches, others, strict=True)
    )


def test_a_batch_depends_on_seed_split_and_number_alone() -> None:
    for k, loader in enumerate(loaders(numbers(seed=5))):
        for n, (X, y) in enumerate(loader):
            expected = np.random.default_rng([5, k, n]).random((3, X.shape[1], 1))
            np.testing.assert_array_equal(X.numpy(), expected)
            np.testing.assert_array_equal(y.numpy(), expected[..., 0])


def test_no_two_sequences_of_three_epochs_and_all_splits_are_the_same() -> None:
    train, validation, test = loaders(numbers())
    values = [X for _ in range(3) for X, _ in train] + [X for X, _ in (*validation, *test)]
    count = 3 * 18 + 15 + 12
    assert sum(X.shape[1] for X in values) == count
    assert len(torch.unique(torch.cat(values, dim=1))) == 3 * count
    assert not same(list(train), list(numbers(seed=1).train_dataloader()))


def test_validation_and_test_are_the_same_in_every_epoch() -> None:
    _, *fixed = loaders(numbers())
    for loader, sizes in zip(fixed, ([6, 6, 3], [6, 6]), strict=True):
        batches = list(loader)
        assert [X.shape[1] for X, _ in batches] == sizes
        assert len(loader) == len(sizes)
        next(iter(loader))  # an interrupted epoch
        assert same(list(loader), batches)


@pytest.mark.parametrize("each_step", [True, False])
def test_processes_take_different_parts_of_the_same_batches(
    each_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Numbers, "each_step", each_step)
    for k in range(3):
        parts = [list(loaders(numbers(3, rank))[k]) for rank in range(3)]
        whole = list(loaders(numbers())[k])
        for (X, y), *of_process in zip(whole, *parts, strict=True):
            joined = torch.stack([X for X, _ in of_process], dim=2).flatten(1, 2)
            assert torch.equal(joined, X)
            dim = 2 if each_step else 1
            assert torch.equal(torch.stack([y for _, y in of_process], dim=dim).flatten(dim - 1), y)


@pytest.mark.parametrize("read", [0, 2, 3, 7])
def test_a_resumed_training_gets_the_batches_that_would_have_come(read: int) -> None:
    data, loader = numbers(), numbers().train_dataloader()
    every = [batch for _ in range(4) for batch in loader]
    before = data.train_dataloader()
    for _ in range(read // len(before) + 1):
        list(islice(before, min(len(before), read - before.read)))

    resumed = numbers()
    resumed.load_state_dict(data.state_dict())
    assert resumed.state_dict() == data.state_dict()
    assert same(list(resumed.train_dataloader()), every[read : read + 3])

    by_lightning = numbers().train_dataloader()
    by_lightning.load_state_dict(before.state_dict())
    assert same(list(by_lightning), every[read : read + 3])


def test_overfitting_repeats_the_first_batches() -> None:
    loader = numbers(overfit=1).train_dataloader()
    assert same(list(loader), list(loader))


@pytest.mark.parametrize("unfit", [{"batch_size": 8}, {"validation": 16}, {"test": 13}])
def test_batches_that_the_processes_cannot_share_are_refused(unfit: dict[str, int]) -> None:
    [[name, count]] = unfit.items()
    with pytest.raises(ValueError, match=rf"^data.{name} must be a multiple of the 3 .*{count}$"):
        numbers(3, **unfit).train_dataloader()


@pytest.mark.parametrize("name", ["batch_size", "batches", "validation", "test"])
def test_sizes_that_are_not_positive_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^data.{name} must be greater than zero, got 0"):
        Numbers(**{name: 0})


def test_a_bad_seed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^data.seed must be from 0 to 4294967295, got -1"):
        Numbers(seed=-1)
    with pytest.raises(TypeError, match=r"^data.seed must be an int, got 0.5"):
        Numbers(seed=0.5)  # type: ignore[arg-type]


@pytest.fixture
def on_sums(composed: Callable[..., DictConfig], tmp_path: Path) -> Callable[..., DictConfig]:
    """The configuration of a short training on the adding problem."""

    def configure(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            f"output_dir={tmp_path / run}",
            "experiment=adding",
            "data.length=4",
            "data.batch_size=4",
            "data.batches=6",
            "data.validation=8",
            "data.test=8",
            "network.hidden_size=4",
            "trainer.max_epochs=2",
            "trainer.log_every_n_steps=2",
            "logger=none",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configure


def trained_numbers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Collects the number of each training batch."""
    batch, numbers = GeneratedBatches._batch, []

    def record(batches: GeneratedBatches, n: int) -> Batch:
        if batches.split == "train":
            numbers.append(n)
        return batch(batches, n)

    monkeypatch.setattr(GeneratedBatches, "_batch", record)
    return numbers


@pytest.mark.parametrize("schedule", [[], ["~scheduler", "~callbacks.learning_rate"]])
def test_an_interrupted_training_ends_as_an_uninterrupted_one(
    on_sums: Callable[..., DictConfig],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    schedule: list[str],
) -> None:
    every_step = ["checkpoint.every_minutes=1e-9", *schedule]
    whole = train(on_sums(*every_step, run="whole"))

    step, steps = AddingData.generate, [0]

    def fail(data: AddingData, random: Any, B: int) -> Batch:
        steps[0] += 1
        # 1 batch to see whether all fits, then of epoch 1 6 and 2 of validation, then 5 of epoch 2
        if steps[0] == 14:
            raise KeyboardInterrupt
        return step(data, random, B)

    monkeypatch.setattr(AddingData, "generate", fail)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        train(on_sums(*every_step))
    monkeypatch.setattr(AddingData, "generate", step)
    generated = trained_numbers(monkeypatch)
    resumed = train(on_sums(*every_step, f"resume={tmp_path / 'run'}"))

    assert generated == [10, 11]
    assert resumed.metrics == whole.metrics


def test_the_data_in_words() -> None:
    data = numbers()
    assert data.train_description == "18 new sequences of the task numbers in each epoch"
    assert data.test_description == "12 other sequences of the task numbers"
