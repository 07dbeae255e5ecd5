"""The training of a network, from its configuration to its test figures."""

import logging
import shlex
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import torch
from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from lightning.pytorch.callbacks import Timer
from omegaconf import DictConfig, OmegaConf
from torch import nn

from elman.checks import check_size
from elman.data.module import DataModule
from elman.training.checkpoint import DESCRIBED, build_network, find_checkpoint, load_checkpoint
from elman.training.curves import plot_curves
from elman.training.objectives import summarize
from elman.training.results import Result
from elman.training.run_folder import BEST, CONFIG, CURVES, LAST, LOG, OVERRIDES, PATH
from elman.training.trainer import build_trainer

log = logging.getLogger(__name__)


def train(config: DictConfig) -> float:
    """Trains, tests the best checkpoint, and tells the figures and where everything lies.

    Args:
        config: as composed from `conf/train.yaml`.

    Returns:
        The test figure to judge by, for sweeps to optimise.

    Raises:
        TypeError, ValueError, OSError: a value is out of range, or the data, the device or the
            checkpoint is not to be had; nothing has been trained then.
    """
    lightning.seed_everything(config.seed, workers=True, verbose=False)
    settings = _settings(config)
    optimizer = instantiate(config.optimizer)
    scheduler = instantiate(config.scheduler) if "scheduler" in config else None

    check_size("trainer.max_epochs", config.trainer.max_epochs)
    # What needs no data is built before any is fetched: a value out of range costs no time.
    data = instantiate(config.data)
    _try_to_build(settings["network"], data.sizes, optimizer, scheduler)
    objective = instantiate(config.objective)
    training = instantiate(config.training)
    timer = Timer()
    trainer = build_trainer(
        config.trainer,
        callbacks=[timer, *instantiate(config.callbacks).values()],
        logger=list(instantiate(config.logger).values()),
    )
    settings["trainer"] = {"world_size": trainer.world_size}  # the streams are divided by it
    checkpoint = find_checkpoint("resume", config.resume, LAST) if config.resume else None
    stored = load_checkpoint(checkpoint) if checkpoint else None
    if stored:
        _check_settings(settings, stored)

    data.prepare_data()
    data.setup()
    if stored:
        if type(data).__qualname__ in stored:
            data.load_state_dict(stored[type(data).__qualname__])
        warnings.filterwarnings("ignore", "Checkpoint directory .* is not empty")  # as is right
    network = build_network(settings["network"], **data.sizes)
    module = training(network, objective, optimizer, scheduler, settings)
    run = Path(config.output_dir)
    if trainer.is_global_zero:
        OmegaConf.save(config, run / CONFIG, resolve=True)
        if HydraConfig.initialized():  # for `resume=`, which starts from them
            OmegaConf.save(list(HydraConfig.get().overrides.task), run / OVERRIDES)
        _announce(network, data.source, run)

    trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    seconds = timer.time_elapsed("train")
    best = getattr(trainer.checkpoint_callback, "best_model_path", None) or None  # or none written
    [figures] = trainer.test(module, data, ckpt_path=best, weights_only=True, verbose=False)
    figure: float = figures[f"test/{objective.metric}"]
    if trainer.is_global_zero:
        told = summarize(objective, figures, data.test_description)
        log.info("\n%s, after %.0f s of training.\n", told, seconds)
        if found := module.report(run):
            log.info("%s\n", found)
        if best:
            Result(
                objective.metric,
                objective.summary,
                objective.label,
                module.baseline_summary,
                {name.removeprefix("test/"): value for name, value in figures.items()},
                _weights(network),
                seconds,
            ).write(run)
            plot_curves(run, objective.metric, objective.label)
            _show_the_way(run, data, config.trainer.max_epochs)
    return figure


def _settings(config: DictConfig) -> dict[str, Any]:
    """What a training that is resumed must not change, and a checkpoint therefore keeps."""
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    settings = {part: plain.get(part, {}) for part in (*DESCRIBED, "optimizer", "scheduler")}
    for place in ("path", "test_path", "directory"):  # data may move
        settings["data"].pop(place, None)
    return settings


def _check_settings(settings: dict[str, Any], stored: dict[str, Any]) -> None:
    for part, now in settings.items():
        then = stored.get(part, {})
        for key in sorted(now.keys() | then.keys()):
            if now.get(key) != then.get(key):
                raise ValueError(
                    f"resume: {part}.{key} was {then.get(key)!r} and is {now.get(key)!r} now; a "
                    f"run goes on with the {part} it was started with"
                )


def _try_to_build(
    description: dict[str, Any],
    sizes: dict[str, int],
    optimizer: Callable[[Any], torch.optim.Optimizer],
    scheduler: Callable[[torch.optim.Optimizer, int], Any] | None,
) -> None:
    """Lets every constructor check its arguments, on weights that take no memory."""
    with torch.device("meta"):
        network = build_network(description, **sizes)
        constructed = optimizer(network.parameters())
        if scheduler is not None:
            scheduler(constructed, 1)


def _announce(network: nn.Module, source: str, run: Path) -> None:
    log.info("%s\n%s weights, to be trained on %s", network, f"{_weights(network):,}", source)
    log.info("Everything goes to %s", _relative(run))


def _weights(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def _show_the_way(run: Path, data: DataModule, epochs: int) -> None:
    run = _relative(run)
    folder = shlex.quote(str(run))
    lines = {
        "checkpoint": run / BEST,
        "configuration": run / CONFIG,
        "curves": f"{run / CURVES} (or tensorboard --logdir {folder})",
        "log": run / LOG,
    }
    pictures = [path for path in sorted(run.glob("*.png")) if path != run / CURVES]
    if pictures:
        lines["pictures"] = ", ".join(map(str, pictures))
    for what, use in data.uses.items():
        script, *arguments = use.split(" ", 1)
        lines[what] = " ".join([f"python scripts/{script} checkpoint={folder}", *arguments])
    if (run / PATH).is_file():
        lines["its descent"] = f"python scripts/descent.py checkpoint={folder}"
    lines["test it"] = f"python scripts/evaluate.py checkpoint={folder}"
    lines["go on"] = f"python scripts/train.py resume={folder} trainer.max_epochs={2 * epochs}"
    width = max(map(len, lines))
    for what, where in lines.items():
        log.info("  %s  %s", what.ljust(width), where)


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
