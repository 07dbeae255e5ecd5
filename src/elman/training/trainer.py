"""The Lightning trainer."""

import inspect
import logging
from difflib import get_close_matches
from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from lightning import Trainer
from lightning.fabric.plugins import TorchCheckpointIO
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.callbacks import Timer
from omegaconf import DictConfig

from elman.checks import check_positive
from elman.training.checkpoint_file import CheckpointFile

# Importing Lightning makes its loggers print notes and advertisements.
for logger in ("lightning.pytorch", "lightning.fabric"):
    logging.getLogger(logger).setLevel(logging.WARNING)


def build_trainer(config: DictConfig, **more: Any) -> Trainer:
    """The trainer that `config` and `more` describe.

    Raises:
        ValueError: this machine has no such device, Lightning's Trainer has no such argument, or
            the values contradict each other.
    """
    known = [name for name in inspect.signature(Trainer).parameters if name != "self"]
    for key in config:
        name = str(key)
        if name not in known and not name.startswith("_"):
            close = [f"; did you mean {each}?" for each in get_close_matches(name, known, n=1)]
            raise ValueError(f"trainer.{name}: lightning.Trainer has no {name}{''.join(close)}")
    _check_clipping(config)
    try:
        trainer: Trainer = instantiate(config, **more)
    except InstantiationException as error:
        if not isinstance(error.__cause__, MisconfigurationException):
            raise
        raise ValueError(f"trainer: {error.__cause__} (trainer=cpu uses the CPU)") from error
    if (
        type(trainer.strategy.checkpoint_io) is TorchCheckpointIO
    ):  # no `trainer.plugins` of the user
        trainer.strategy.checkpoint_io = CheckpointFile()
    return trainer


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


def _check_clipping(config: DictConfig) -> None:
    value, algorithm = config.get("gradient_clip_val"), config.get("gradient_clip_algorithm")
    if value is not None:  # Lightning would not clip at all if it is negative
        check_positive("trainer.gradient_clip_val", value)
    if algorithm not in (None, "norm", "value"):
        raise ValueError(
            f"trainer.gradient_clip_algorithm must be norm or value, got {algorithm!r}"
        )
