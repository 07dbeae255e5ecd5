"""The training or validation examples of a data module, in two tensors."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import torch
from lightning import LightningDataModule
from torch import Tensor

from elman.data.description import source_of


class Examples(NamedTuple):
    """Examples: the inputs `(N, …)` and the target classes y `(N)`."""

    inputs: Tensor
    y: Tensor

    def first(self, count: int) -> "Examples":
        """The first `count` examples."""
        return Examples(self.inputs[:count], self.y[:count])


def training_examples(data: LightningDataModule) -> Examples:
    """All training examples, in the order of one epoch, without augmentation.

    Raises:
        ValueError: an example is not one tensor and a class.
    """
    data.prepare_data()
    data.setup("fit")
    return _join(data, data.train_dataloader())


def validation_examples(data: LightningDataModule) -> Examples:
    """All validation examples, in their order.

    Raises:
        ValueError: an example is not one tensor and a class.
    """
    data.prepare_data()
    data.setup("fit")
    return _join(data, data.val_dataloader())


def _join(data: LightningDataModule, loader: Iterable[tuple[Any, Any]]) -> Examples:
    batches = list(loader)
    inputs, y = batches[0]
    network_inputs, _ = data.on_after_batch_transfer(batches[0], 0)
    if (
        not isinstance(inputs, Tensor)
        or not isinstance(y, Tensor)
        or y.shape != (len(inputs),)
        or network_inputs.shape != inputs.shape
    ):
        raise ValueError(
            f"checkpoint: an example of {source_of(data)} must be one tensor with a class as target"
        )
    return Examples(*(torch.cat(tensors) for tensors in zip(*batches, strict=True)))
