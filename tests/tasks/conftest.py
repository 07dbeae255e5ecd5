"""Fixtures of the tests that train a small network."""

import io
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from omegaconf import DictConfig

from elman.training.train import train


class Run(NamedTuple):
    """A finished training.

    Attributes:
        folder: of the run.
        metric: the main metric of its test.
        log: the messages logged.
    """

    folder: Path
    metric: float
    log: str


@pytest.fixture(scope="session")
def train_run() -> Callable[[DictConfig], Run]:
    """Trains a configuration and returns the `Run`, for fixtures that several tests share."""

    def train_config(config: DictConfig) -> Run:
        messages = io.StringIO()
        logger = logging.getLogger("elman")
        handler, level = logging.StreamHandler(messages), logger.level
        logger.addHandler(handler)
        logger.setLevel("INFO")
        try:
            metric = train(config).score
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
        return Run(Path(config.output_dir), metric, messages.getvalue())

    return train_config
