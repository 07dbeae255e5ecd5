"""The Lightning trainer."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from lightning import Trainer
from lightning.fabric.plugins import TorchCheckpointIO
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import Timer
from lightning.pytorch.strategies import ModelParallelStrategy
from omegaconf import DictConfig, OmegaConf

from elman.training.checkpoints.file import CheckpointFile
from elman.training.values.described import check_described

# Importing Lightning makes its loggers print notes and advertisements.
for logger in ("lightning.pytorch", "lightning.fabric"):
    logging.getLogger(logger).setLevel(logging.WARNING)


def build_trainer(config: DictConfig | Mapping[str, Any], **more: Any) -> Trainer:
    """The trainer that `config` and `more` describe.

    Raises:
        TypeError: a value has another type than the argument of Lightning's Trainer.
        ValueError: this machine has no such device, Lightning's Trainer has no such argument, or
            the values are out of range or contradict each other.
    """
    plain: Any = config
    if isinstance(config, DictConfig):
        plain = OmegaConf.to_container(config, resolve=True)
    check_described({"trainer": plain})
    try:
        trainer: Trainer = instantiate(config, **more)
    except InstantiationException as error:
        if not isinstance(error.__cause__, MisconfigurationException | ValueError):
            raise
        raise ValueError(f"trainer: {error.__cause__} (trainer=cpu uses the CPU)") from error
    if (
        type(trainer.strategy.checkpoint_io) is TorchCheckpointIO
    ):  # no `trainer.plugins` of the user
        trainer.strategy.checkpoint_io = CheckpointFile()
    return trainer


def shares_of_weights(trainer: Trainer) -> int:
    """The number of processes that keep a part of each weight: all with `trainer=fsdp`, else 1."""
    return trainer.world_size if isinstance(trainer.strategy, ModelParallelStrategy) else 1


def build_timer(config: DictConfig) -> Timer:
    """The timer of a training, which also ends it after `max_time`.

    Raises:
        ValueError: `max_time` is no duration.
    """
    max_time = config.get("max_time")
    duration: Any = dict(max_time) if isinstance(max_time, DictConfig) else max_time
    try:
        return Timer(duration)
    except (MisconfigurationException, AttributeError, TypeError) as error:
        raise ValueError(
            "trainer.max_time must be days:hours:minutes:seconds, as 00:01:30:00, or as "
            f"{{hours: 1, minutes: 30}}, got {max_time!r}"
        ) from error


@contextmanager
def value_errors() -> Iterator[None]:
    """Makes a ValueError of what Lightning raises for values that only the data show to be wrong.

    Raises:
        ValueError: such as for a fraction of the batches that is less than one batch.
    """
    try:
        yield
    except MisconfigurationException as error:
        raise ValueError(f"trainer: {error}") from error
