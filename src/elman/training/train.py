"""The training of a network, from its configuration to its test metrics."""

import logging
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
from elman.data.description import sizes_of, test_data_of, train_data_of
from elman.data.resumable_loader import make_resumable
from elman.training.base_callbacks import with_base_callbacks
from elman.training.checkpoint import build_network, find_checkpoint, load_checkpoint
from elman.training.curves import plot_curves
from elman.training.exact_resume import ExactResume
from elman.training.next_steps import next_steps, relative
from elman.training.objectives import Objective, summarize
from elman.training.results import Result
from elman.training.rollback import with_rollbacks
from elman.training.run_folder import CONFIG, LAST, OVERRIDES
from elman.training.settings import check_same_settings, checkpoint_settings
from elman.training.trainer import build_trainer
from elman.training.trust import DESCRIBED, foreign_modules

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
        DivergenceError: the training has diverged; see `elman.training.divergence`.
    """
    return with_rollbacks(lambda config: _train(config, overrides), config)


def _train(config: DictConfig, overrides: Sequence[str]) -> Run:
    lightning.seed_everything(config.seed, workers=True, verbose=False)
    if config.get("threads") is not None:
        torch.set_num_threads(check_size("threads", config.threads))
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
    timer = Timer()
    trainer = _trainer(config, objective, timer)
    settings = checkpoint_settings(config, data, trainer.world_size)
    _try_to_build(settings["network"], sizes_of(data), optimizer, scheduler)
    trust = foreign_modules(settings[part] for part in DESCRIBED)
    if trust:
        log.warning(
            "The checkpoints of this run will name classes of %s. Commands that load them need "
            "trust=[%s].",
            " and ".join(trust),
            ",".join(trust),
        )
    checkpoint = find_checkpoint("resume", config.resume, LAST) if config.resume else None
    stored = load_checkpoint(checkpoint) if checkpoint else None
    if stored:
        check_same_settings(settings, stored)
        warnings.filterwarnings("ignore", "Checkpoint directory .* is not empty")  # as intended

    _set_up(data, stored)
    network = build_network(settings["network"], **sizes_of(data))
    module = training(network, objective, optimizer, scheduler, settings)
    run = Path(config.output_dir)
    if trainer.is_global_zero:
        run.mkdir(parents=True, exist_ok=True)
        OmegaConf.save(config, run / CONFIG, resolve=True)
        OmegaConf.save(list(overrides), run / OVERRIDES)
        log.info(
            "%s\n%s parameters, trained on %s",
            network,
            f"{_parameters(network):,}",
            train_data_of(data),
        )
        log.info("All files go to %s", relative(run))

    trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    seconds = timer.time_elapsed("train")
    best = getattr(trainer.checkpoint_callback, "best_model_path", None) or None  # or none written
    [logged] = trainer.test(module, data, ckpt_path=best, weights_only=True, verbose=False)
    metrics = {name.removeprefix("test/"): value for name, value in logged.items()}
    if trainer.is_global_zero:
        summary = summarize(objective, logged, test_data_of(data))
        log.info("\n%s, after %.0f s of training.\n", summary, seconds)
        if report := module.report(run):
            log.info("%s\n", report)
        if best:
            Result(
                objective.metric,
                objective.summary,
                objective.label,
                module.baseline_summary,
                metrics,
                _parameters(network),
                seconds,
            ).write(run)
            plot_curves(run, objective.metric, objective.label)
            log.info("%s", next_steps(run, module, data, config.trainer.max_epochs, trust))
    return Run(run, metrics, objective.metric)


def _check_kind(part: str, built: object, kind: type) -> None:
    if not isinstance(built, kind):
        name = f"{type(built).__module__}.{type(built).__qualname__}"
        raise TypeError(
            f"{part}: {name} must be a subclass of {kind.__module__}.{kind.__qualname__}; "
            "docs/tasks.md has an example"
        )


def _trainer(config: DictConfig, objective: Objective, timer: Timer) -> Trainer:
    if "callbacks" in config:
        config.callbacks = with_base_callbacks(config.callbacks, objective)
    callbacks = [timer, ExactResume(), *_callbacks(config)]
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


def _set_up(data: LightningDataModule, stored: dict[str, Any] | None) -> None:
    """Prepares data that determine sizes of the network; Lightning prepares all others."""
    if hasattr(data, "sizes"):
        data.prepare_data()
        data.setup("fit")
    state = stored.get(type(data).__qualname__) if stored else None
    if state is not None:
        data.load_state_dict(state)


def _parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())
