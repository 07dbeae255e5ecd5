"""A few sequences of the validation data in one batch."""

import copy
from itertools import islice
from typing import Any, cast

import torch
from lightning import LightningDataModule
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from elman.data.description import source_of
from elman.data.generated import GeneratedBatches
from elman.training.supervised import Batch


def validation_sequences(
    data: LightningDataModule, first: int, count: int, steps: int
) -> tuple[Batch, Batch]:
    """Validation examples in a batch. It draws no random number.

    Args:
        data: after `setup`.
        first: index of the first example.
        count: the largest number of examples.
        steps: the largest number of time steps, where the data are streams that have no end: inputs
            and targets `(T, B, …)`, each stream an example.

    Returns:
        The batch as the loader makes it, and as the network reads it, after
        `on_after_batch_transfer`.

    Raises:
        ValueError: there is no example of this index.
    """
    data = copy.copy(data)
    data.trainer = None  # a data module may change the batches of a training
    batch = _chosen(data, first, count, steps)
    return batch, data.on_after_batch_transfer(batch, 0)


def _chosen(data: LightningDataModule, first: int, count: int, steps: int) -> Batch:
    loader: Any = data.val_dataloader()
    if isinstance(loader, DataLoader) and not isinstance(loader.dataset, IterableDataset):
        available = len(loader.dataset)  # type: ignore[arg-type]
        _check_index(first, available, data)
        examples = [loader.dataset[n] for n in range(first, min(first + count, available))]
        return cast("Batch", loader.collate_fn(examples))
    if isinstance(loader, GeneratedBatches):
        _check_index(first, loader.sequences, data)
        n, k = divmod(first, loader.data.batch_size)
        X, y = next(islice(loader, n, None))  # X (T, B, I), y (B) or (T, B, …)
        chosen = slice(k, k + count)
        return _without_padding(X[:, chosen], y[chosen] if y.dim() == 1 else y[:, chosen])
    with torch.random.fork_rng([]):  # a loader draws a number when its iteration starts
        inputs, y = next(iter(loader))
    if isinstance(inputs, Tensor) and isinstance(y, Tensor) and inputs.shape[:2] == y.shape[:2]:
        _check_index(first, inputs.shape[1], data)
        chosen = slice(first, first + count)
        inputs, y = inputs[:steps, chosen], y[:steps, chosen]  # (T, B, …)
    return inputs, y


def _check_index(index: int, available: int, data: LightningDataModule) -> None:
    if not 0 <= index < available:
        raise ValueError(
            f"example must be from 0 to {available - 1}, the validation examples of "
            f"{source_of(data)}, got {index}"
        )


def _without_padding(X: Tensor, y: Tensor) -> Batch:
    """Without the time steps at the end at which all inputs and targets are zero."""
    if y.dim() == 1:  # (B)
        return X, y
    used = X.flatten(1).any(1) | y.flatten(1).any(1)  # (T)
    T = 1 + int(used.nonzero().max())
    return X[:T], y[:T]
