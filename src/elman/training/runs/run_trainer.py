"""The trainer of a run, with its callbacks and loggers."""

from collections.abc import Mapping
from typing import Any

from lightning import Callback, Trainer
from lightning.pytorch.callbacks import Checkpoint, LearningRateMonitor, ProgressBar, Timer
from lightning.pytorch.loggers import Logger
from omegaconf import DictConfig

from elman.training.checkpoints.exact_resume import ExactResume
from elman.training.processes.interruption import Interruption
from elman.training.trainer import build_trainer
from elman.training.values.parts import build_all


def build_run_trainer(
    config: DictConfig,
    timer: Timer,
    interruption: Interruption,
    stored: Mapping[str, Any] | None,
) -> Trainer:
    """The trainer with the callbacks and loggers of a run, and those that every run has.

    Args:
        config: of the training.
        timer: measures the training.
        interruption: ends it at a signal.
        stored: the checkpoint that the training goes on from; None: it is a new one.
    """
    # The interruption is last, so that its checkpoint contains what the others do after a step.
    callbacks = [timer, ExactResume(), *_callbacks(config), interruption]
    # Otherwise Lightning adds a checkpoint of its own, in the working directory.
    writes = any(isinstance(callback, Checkpoint) for callback in callbacks)
    chosen = {} if writes else {"enable_checkpointing": False}
    if stored and "tensorboard" in (config.get("logger") or {}):
        config.logger.tensorboard.purge_step = stored["global_step"]
    loggers = build_all("logger", config.get("logger") or {}, Logger)  # type: ignore[type-abstract]
    return build_trainer(config.trainer, callbacks=callbacks, logger=loggers or False, **chosen)


def _callbacks(config: DictConfig) -> list[Callback]:
    """The callbacks, without those that this run cannot use."""
    unused: tuple[type, ...] = ()
    if not config.get("logger"):
        unused += (LearningRateMonitor,)
    if config.trainer.get("enable_progress_bar") is False:
        unused += (ProgressBar,)
    callbacks = build_all("callbacks", config.get("callbacks") or {}, Callback)
    return [callback for callback in callbacks if not isinstance(callback, unused)]
