"""The training of a network, from its configuration to its test metrics."""

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
from omegaconf import DictConfig, OmegaConf

from elman.checks import check_from_to, check_seed, check_size
from elman.data.description import sizes_of
from elman.data.resumable_loader import make_resumable
from elman.training.checkpoints.checkpoint import build_network, find_checkpoint, load_checkpoint
from elman.training.checkpoints.resumed import check_states, resumed
from elman.training.checkpoints.settings import (
    check_epochs,
    check_same_settings,
    check_started_by_this_version,
    checkpoint_settings,
    with_same_batch,
)
from elman.training.checkpoints.stored_weights import check_weights, weights_of
from elman.training.checkpoints.trust import DESCRIBED, foreign_modules
from elman.training.divergence.rollback import with_rollbacks
from elman.training.processes.interruption import Interruption
from elman.training.processes.processes import in_processes, leave_group, starts_processes
from elman.training.runs.begin import begin, set_up
from elman.training.runs.claim import claimed
from elman.training.runs.folder import LAST
from elman.training.runs.go_on import says_how_to_go_on
from elman.training.runs.outcome import write_outcome
from elman.training.runs.run_trainer import build_run_trainer
from elman.training.trainer import build_timer, shares_of_weights, value_errors
from elman.training.values.buildable import check_buildable
from elman.training.values.described import full_keys
from elman.training.values.fit_check import check_fit
from elman.training.values.parts import build_parts, folder_of

MAX_THREADS = 1_000


@dataclass(frozen=True)
class Run:
    """A finished training.

    Attributes:
        folder: with the checkpoints, the configuration, the curves and the log.
        metrics: all metrics of the test, by name.
        metric: the name of the main metric.
    """

    folder: Path
    metrics: dict[str, float]
    metric: str

    @property
    def score(self) -> float:
        """The main metric of the test."""
        return self.metrics[self.metric]


def train(config: DictConfig, overrides: Sequence[str] = ()) -> Run:
    """Trains a network, tests its best checkpoint, and logs the metrics and what to do next.

    Args:
        config: as composed from `conf/train.yaml`.
        overrides: what the configuration was composed with, kept for `resume=`.

    Raises:
        TypeError, ValueError: a value is out of range, or the data, the device or the checkpoint
            cannot be used. No training has started then.
        OSError: a file is missing, the disk is full, the folder of the run is in use, or one of
            several processes has died.
        DivergenceError: the training has diverged; see `elman.training.divergence.callback`.
        SystemExit: a signal has ended the training; see `Interruption`.
    """
    run = folder_of(config)
    with claimed(run, config.resume), says_how_to_go_on(run):
        return with_rollbacks(lambda config: _train(config, overrides), config)


def _train(config: DictConfig, overrides: Sequence[str]) -> Run:
    """Trains in this process, or in several that it starts."""
    interruption = Interruption(folder_of(config))
    with interruption.takes_signals(), _threads(config.get("threads")):
        return _train_until(interruption, config, overrides)


def _load_resumable(checkpoint: Path) -> dict[str, Any]:
    """A checkpoint whose states a training of this version can go on from."""
    stored = load_checkpoint(checkpoint)
    check_started_by_this_version(stored)
    check_states(checkpoint, stored)
    return stored


def _train_until(interruption: Interruption, config: DictConfig, overrides: Sequence[str]) -> Run:
    _set_seed(config)
    # All that needs no data comes first: a wrong value is found before a long download.
    data, objective, training, optimizer, scheduler = build_parts(config)
    make_resumable(data)
    check_size("trainer.max_epochs", config.trainer.max_epochs)
    checkpoint = find_checkpoint("resume", config.resume, LAST) if config.resume else None
    stored = _load_resumable(checkpoint) if checkpoint else None
    timer = build_timer(config.trainer)
    trainer = build_run_trainer(config, timer, interruption, stored)
    interruption.trainer = trainer
    device = trainer.strategy.root_device
    settings = checkpoint_settings(config, data, trainer.world_size)
    shares = shares_of_weights(trainer)
    empty = check_buildable(settings, sizes_of(data), optimizer, scheduler, device, shares)
    with full_keys(training=settings["training"]):
        training(empty, objective)
    if stored:
        data, overrides = with_same_batch(config, data, overrides, stored, trainer.world_size)
        settings = checkpoint_settings(config, data, trainer.world_size)
        check_same_settings(settings, stored)
        warnings.filterwarnings("ignore", "Checkpoint directory .* is not empty")  # as intended

    if starts_processes(trainer):
        OmegaConf.resolve(config)  # what Hydra resolves, other processes could not
        return in_processes(trainer, interruption.signals, _train, config, overrides)

    set_up(data, checkpoint, stored)
    # With known sizes:
    check_buildable(settings, sizes_of(data), optimizer, scheduler, device, shares)
    network = build_network(settings["network"], **sizes_of(data))
    module = training(network, objective, optimizer, scheduler, settings)
    if checkpoint and stored:
        check_weights(checkpoint, network, weights_of(stored))
        check_epochs(config.trainer.max_epochs, stored)
    else:
        # A network whose weights are divided may be too large for one GPU.
        check_fit(config, module, data, device if shares == 1 else torch.device("cpu"))
    run = folder_of(config)
    trust = foreign_modules(settings[part] for part in DESCRIBED)
    if trainer.is_global_zero:
        begin(run, config, overrides, module, data, trust, stored)
    del stored  # its weights and the state of its optimizer, from the memory

    with resumed(trainer, checkpoint), value_errors():
        trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    interruption.end_of_training()
    best = getattr(trainer.checkpoint_callback, "best_model_path", None) or None  # or none written
    with value_errors():
        [logged] = trainer.test(module, data, ckpt_path=best, weights_only=True, verbose=False)
    if trainer.is_global_zero:
        seconds = timer.time_elapsed("train")
        epochs = config.trainer.max_epochs
        kept = best is not None
        write_outcome(run, module, data, logged, seconds, kept=kept, epochs=epochs, trust=trust)
    leave_group()
    metrics = {name.removeprefix("test/"): value for name, value in logged.items()}
    return Run(run, metrics, objective.metric)


@contextmanager
def _threads(number: int | None) -> Iterator[None]:
    """Computes with a number of threads in this block; None: with as many as before."""
    before = torch.get_num_threads()
    if number is not None:
        torch.set_num_threads(check_from_to("threads", number, 1, MAX_THREADS))
    try:
        yield
    finally:
        if number is not None:
            torch.set_num_threads(before)


def _set_seed(config: DictConfig) -> None:
    check_seed("seed", config.seed)
    lightning.seed_everything(config.seed, workers=True, verbose=False)
    # With several processes, Lightning would start again with this seed before the first step.
    os.environ.pop("PL_GLOBAL_SEED")
