"""Back to the last good checkpoint, where a training has diverged: `on_divergence=rollback`."""

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from lightning.pytorch.utilities import rank_zero_only
from omegaconf import DictConfig

from elman.training.divergence.callback import MOST_HALVINGS
from elman.training.divergence.error import DivergenceError
from elman.training.runs.folder import LAST

log = logging.getLogger(__name__)

Finished = TypeVar("Finished")


def with_rollbacks(train: Callable[[DictConfig], Finished], config: DictConfig) -> Finished:
    """Trains; a training that diverges is resumed with half the learning rate, if so configured.

    It goes back as `resume=` does, so that all is as it was at the checkpoint: the weights, the
    optimizer, the schedule, the hidden states and the position in the data. Without a checkpoint it
    starts again.

    Args:
        train: a training from its configuration.
        config: as composed from `conf/train.yaml`.

    Raises:
        ValueError: `on_divergence` is neither stop nor rollback.
        DivergenceError: the training has diverged, and `on_divergence` is stop, or the rate is
            infinite, or it has been halved three times.
    """
    if config.on_divergence not in ("stop", "rollback"):
        raise ValueError(f"on_divergence must be stop or rollback, got {config.on_divergence!r}")
    while True:
        try:
            return train(config)
        except DivergenceError as error:
            if config.on_divergence == "stop" or error.halvings >= MOST_HALVINGS:
                raise
            if not math.isfinite(config.optimizer.get("lr", 0)):  # it has no half
                raise
            halvings = error.halvings + 1
            last = Path(config.output_dir) / LAST
            if last.is_file():
                config.resume = config.output_dir
            config.callbacks.divergence.halvings = halvings
            rank_zero_only(log.warning)(
                "%s. Back to %s, with half the learning rate (%s of at most %s times).",
                error.fact,
                last if last.is_file() else "the beginning",
                halvings,
                MOST_HALVINGS,
            )
