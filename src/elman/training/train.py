"""The training of a network, from its configuration to its test metrics."""

import logging
import os
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import torch
from hydra.utils import instantiate
from lightning import LightningDataModule, Trainer
from lightning.pytorch.callbacks import Checkpoint, LearningRateMonitor, ProgressBar, Timer
from omegaconf import DictConfig, OmegaConf
from torch import nn

from elman.checks import check_size
from elman.data.description import sizes_of, train_data_of
from elman.data.resumable_loader import make_resumable
from elman.training.base_callbacks import with_base_callbacks
from elman.training.checkpoint import (
    build_network,
    find_checkpoint,
    load_checkpoint,
    load_data_state,
)
from elman.training.claim import claimed
from elman.training.csv_log import cut
from elman.training.exact_resume import ExactResume
from elman.training.go_on import says_how_to_go_on
from elman.training.interruption import Interruption
from elman.training.next_steps import relative
from elman.training.objectives import Objective
from elman.training.outcome import write_outcome
from elman.training.processes import in_processes, leave_group, starts_processes
from elman.training.resumed import check_resumable, resumed
from elman.training.run_folder import CONFIG, LAST, METRICS, OVERRIDES
from elman.training.settings import (
    batch_size_of_each,
    check_epochs,
    check_same_settings,
    checkpoint_settings,
)
from elman.training.trainer import build_timer, build_trainer
from elman.training.trust import DESCRIBED, foreign_modules
from elman.training.whole_file import whole_file

log = logging.getLogger(__name__)


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
        TypeError, ValueError, OSError: a value is out of range, or the data, the device or the
            checkpoint cannot be used. No training has started then.
        SystemExit: a signal has ended the training, see `Interruption`.
    """
    run = Path(config.output_dir)
    with claimed(run, config.resume), says_how_to_go_on(run):
        return _train(config, overrides)


def _train(config: DictConfig, overrides: Sequence[str]) -> Run:
    interruption = Interruption(Path(config.output_dir))
    with interruption.takes_signals():
        return _train_until(interruption, config, overrides)


def _train_until(interruption: Interruption, config: DictConfig, overrides: Sequence[str]) -> Run:
    _begin_computing(config)
    check_size("trainer.max_epochs", config.trainer.max_epochs)
    # Build everything that needs no data first: a wrong value is found before a long download.
    optimizer = instantiate(config.optimizer)
    scheduler = instantiate(config.scheduler) if "scheduler" in config else None
    data: LightningDataModule = instantiate(config.data)
    _check_kind("data", data, LightningDataModule)
    make_resumable(data)
    objective: Objective = instantiate(config.objective)
    _check_kind("objective", objective, Objective)
    training = instantiate(config.training)
    checkpoint = find_checkpoint("resume", config.resume, LAST) if config.resume else None
    stored = load_checkpoint(checkpoint) if checkpoint else None
    if stored and "tensorboard" in (config.get("logger") or {}):
        config.logger.tensorboard.purge_step = stored["global_step"]
    timer = build_timer(config.trainer)
    trainer = _trainer(config, objective, timer, interruption)
    interruption.trainer = trainer
    settings = checkpoint_settings(config, data, trainer.world_size)
    _try_to_build(settings["network"], sizes_of(data), optimizer, scheduler)
    trust = foreign_modules(settings[part] for part in DESCRIBED)
    if stored:
        if (batch_size := batch_size_of_each(data, stored, trainer.world_size)) is not None:
            overrides = _with_batch_size(batch_size, config, stored, overrides)
            data = instantiate(config.data)
            settings = checkpoint_settings(config, data, trainer.world_size)
        check_same_settings(settings, stored)
        check_epochs(config.trainer.max_epochs, stored)
        warnings.filterwarnings("ignore", "Checkpoint directory .* is not empty")  # as intended

    if starts_processes(trainer):
        OmegaConf.resolve(config)  # what Hydra resolves, other processes could not
        return in_processes(trainer, _train, config, overrides)

    _set_up(data, checkpoint, stored)
    network = build_network(settings["network"], **sizes_of(data))
    if checkpoint and stored:
        check_resumable(checkpoint, stored, network)
    module = training(network, objective, optimizer, scheduler, settings)
    run = Path(config.output_dir)
    if trainer.is_global_zero:
        if stored:
            _tell_processes(stored["trainer"]["world_size"], trainer.world_size)
            cut(run / METRICS, stored["global_step"])
        _begin(run, config, overrides, network, data, trust)

    with resumed(trainer, checkpoint):
        trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    interruption.end_of_training()
    seconds = timer.time_elapsed("train")
    best = getattr(trainer.checkpoint_callback, "best_model_path", None) or None  # or none written
    [logged] = trainer.test(module, data, ckpt_path=best, weights_only=True, verbose=False)
    metrics = {name.removeprefix("test/"): value for name, value in logged.items()}
    if trainer.is_global_zero:
        write_outcome(
            run,
            module,
            data,
            logged,
            seconds,
            kept=best is not None,
            epochs=config.trainer.max_epochs,
            trust=trust,
        )
    leave_group()
    return Run(run, metrics, objective.metric)


def _begin_computing(config: DictConfig) -> None:
    """Sets the seed and the number of threads."""
    lightning.seed_everything(config.seed, workers=True, verbose=False)
    # With several processes, Lightning would start again with this seed before the first step.
    os.environ.pop("PL_GLOBAL_SEED")
    if config.get("threads") is not None:
        torch.set_num_threads(check_size("threads", config.threads))


def _begin(
    run: Path,
    config: DictConfig,
    overrides: Sequence[str],
    network: nn.Module,
    data: LightningDataModule,
    trust: Sequence[str],
) -> None:
    """Writes the configuration into the folder of the run, and logs what is trained on what."""
    if trust:
        log.warning(
            "The checkpoints of this run will name classes of %s. Commands that load them need "
            "trust=[%s].",
            " and ".join(trust),
            ",".join(trust),
        )
    with whole_file(run / CONFIG) as file:
        OmegaConf.save(config, file, resolve=True)
    with whole_file(run / OVERRIDES) as file:
        OmegaConf.save(list(overrides), file)
    log.info(
        "%s\n%s parameters, trained on %s",
        network,
        f"{_parameters(network):,}",
        train_data_of(data),
    )
    log.info("All files go to %s", relative(run))


def _with_batch_size(
    batch_size: int, config: DictConfig, stored: dict[str, Any], overrides: Sequence[str]
) -> list[str]:
    """Sets the batch size of each process, also in the overrides, for the next `resume=`."""
    config.data.batch_size = stored["data"]["batch_size"] = batch_size
    given = [each for each in overrides if not each.startswith("data.batch_size=")]
    return [*given, f"data.batch_size={batch_size}"]


def _tell_processes(before: int, now: int) -> None:
    if before != now:
        log.info(
            "%d processes continue what %d began, with the same batches of all together. They add "
            "in another order, so the last bits of the weights may differ.",
            now,
            before,
        )


def _check_kind(part: str, built: object, kind: type) -> None:
    if not isinstance(built, kind):
        name = f"{type(built).__module__}.{type(built).__qualname__}"
        raise TypeError(
            f"{part}: {name} must be a subclass of {kind.__module__}.{kind.__qualname__}; "
            "docs/tasks.md has an example"
        )


def _trainer(
    config: DictConfig, objective: Objective, timer: Timer, interruption: Interruption
) -> Trainer:
    if "callbacks" in config:
        config.callbacks = with_base_callbacks(config.callbacks, objective)
    # What the others do after a step is in the checkpoint of an interruption, which is the last.
    callbacks = [timer, ExactResume(), *_callbacks(config), interruption]
    # Otherwise Lightning adds a checkpoint of its own, in the working directory.
    writes = any(isinstance(callback, Checkpoint) for callback in callbacks)
    chosen = {} if writes else {"enable_checkpointing": False}
    return build_trainer(config.trainer, callbacks=callbacks, logger=_loggers(config), **chosen)


def _callbacks(config: DictConfig) -> list[lightning.Callback]:
    """The callbacks, without those that this run cannot use."""
    unused: tuple[type, ...] = ()
    if not config.get("logger"):
        unused += (LearningRateMonitor,)
    if config.trainer.get("enable_progress_bar") is False:
        unused += (ProgressBar,)
    callbacks = instantiate(config.get("callbacks") or {}).values()
    return [callback for callback in callbacks if not isinstance(callback, unused)]


def _loggers(config: DictConfig) -> list[Any] | bool:
    return list(instantiate(config.get("logger") or {}).values()) or False


def _try_to_build(
    description: dict[str, Any],
    sizes: dict[str, int],
    optimizer: Callable[[Any], torch.optim.Optimizer],
    scheduler: Callable[[torch.optim.Optimizer, int], Any] | None,
) -> None:
    """Lets every constructor check its arguments, on weights that take no memory."""
    with torch.device("meta"):
        network = build_network(description, **sizes)
        built = optimizer(network.parameters())
        if scheduler is not None:
            scheduler(built, 1)


def _set_up(
    data: LightningDataModule, checkpoint: Path | None, stored: dict[str, Any] | None
) -> None:
    """Prepares data that determine sizes of the network; Lightning prepares all others."""
    if hasattr(data, "sizes"):
        data.prepare_data()
        data.setup("fit")
    if checkpoint and stored:
        load_data_state(checkpoint, stored, data)


def _parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
