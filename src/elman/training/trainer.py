"""The Lightning trainer."""

from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from lightning import Trainer
from lightning.fabric.utilities.exceptions import MisconfigurationException
from omegaconf import DictConfig


def build_trainer(config: DictConfig, **more: Any) -> Trainer:
    """The trainer that `config` and `more` describe.

    Raises:
        ValueError: this machine has no such device, or the values contradict each other.
    """
    try:
        trainer: Trainer = instantiate(config, **more)
    except InstantiationException as error:
        if not isinstance(error.__cause__, MisconfigurationException):
            raise
        raise ValueError(
            f"trainer: {error.__cause__} (trainer=cpu computes on the processor)"
        ) from error
    return trainer
