"""The training of a network, from its configuration to its test figures."""

import logging
import shlex
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import torch
from hydra.utils import instantiate
from lightning.pytorch.callbacks import Timer
from omegaconf import DictConfig, OmegaConf
from torch import nn

from elman.data.characters import CharacterData
from elman.inspection.curves import plot_curves
from elman.layers.checks import check_size
from elman.training.checkpoint import BEST, LAST, build_network, find_checkpoint, load_checkpoint
from elman.training.module import SequenceTraining
from elman.training.objectives import NextCharacter
from elman.training.trainer import build_trainer

log = logging.getLogger(__name__)


def train(config: DictConfig) -> float:
    """Trains, tests the best checkpoint, and tells the figures and where everything lies.

    Args:
        config: as composed from `conf/train.yaml`.

    Returns:
        Test bits per character, for sweeps to minimise.

    Raises:
        TypeError, ValueError, OSError: a value is out of range, or the data, the device or the
            checkpoint is not to be had; nothing has been trained then.
    """
    lightning.seed_everything(config.seed, workers=True, verbose=False)
    description: dict[str, Any] = OmegaConf.to_container(config.network, resolve=True)  # type: ignore[assignment]
    optimizer = instantiate(config.optimizer)
    scheduler = instantiate(config.scheduler) if "scheduler" in config else None

    check_size("trainer.max_epochs", config.trainer.max_epochs)
    # What needs no data is built before any is fetched: a value out of range costs no time.
    _try_to_build(description, optimizer, scheduler)
    data: CharacterData = instantiate(config.data)
    timer = Timer()
    trainer = build_trainer(
        config.trainer,
        callbacks=[timer, *instantiate(config.callbacks).values()],
        logger=list(instantiate(config.logger).values()),
    )
    checkpoint = find_checkpoint("resume", config.resume, LAST) if config.resume else None
    stored = load_checkpoint(checkpoint) if checkpoint else None
    if stored and stored["network"] != description:
        raise ValueError(f"resume: {checkpoint} is of another network than the one configured")

    data.prepare_data()
    data.setup()
    if stored:
        data.load_state_dict(stored[CharacterData.__qualname__])
        warnings.filterwarnings("ignore", "Checkpoint directory .* is not empty")  # as is right
    network = build_network(description, vocabulary_size=len(data.vocabulary))
    module = SequenceTraining(network, NextCharacter(), optimizer, scheduler, description)
    run = Path(config.output_dir)
    if trainer.is_global_zero:
        OmegaConf.save(config, run / "config.yaml", resolve=True)
        _announce(network, data, run)

    trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    seconds = timer.time_elapsed("train")
    best = run / BEST if (run / BEST).is_file() else None  # a debugging run may write none
    [figures] = trainer.test(module, data, ckpt_path=best, weights_only=True, verbose=False)
    bits = figures["test/bpc"]
    if trainer.is_global_zero:
        plot_curves(run)
        _report(bits, seconds, data, run, config.trainer.max_epochs)
    return bits


def _try_to_build(
    description: dict[str, Any],
    optimizer: Callable[[Any], torch.optim.Optimizer],
    scheduler: Callable[[torch.optim.Optimizer, int], Any] | None,
) -> None:
    """Lets every constructor check its arguments, on weights that take no memory."""
    with torch.device("meta"):
        network = build_network(description, vocabulary_size=1)
        constructed = optimizer(network.parameters())
        if scheduler is not None:
            scheduler(constructed, 1)


def _announce(network: nn.Module, data: CharacterData, run: Path) -> None:
    weights = sum(parameter.numel() for parameter in network.parameters())
    log.info("%s\n%s weights, to be trained on %s", network, f"{weights:,}", data.source)
    log.info("Everything goes to %s", _relative(run))


def _report(bits: float, seconds: float, data: CharacterData, run: Path, epochs: int) -> None:
    run = _relative(run)
    folder = shlex.quote(str(run))
    log.info(
        "\nTest: %.3f bits per character on the last %g %% of %s, after %.0f s of training.\n",
        bits,
        100 * data.test,
        data.source,
        seconds,
    )
    if not (run / BEST).is_file():
        return
    lines = {
        "checkpoint": run / BEST,
        "configuration": run / "config.yaml",
        "curves": f"{run / 'curves.png'} (or tensorboard --logdir {folder})",
        "log": run / "train.log",
        "let it write": f'python scripts/generate.py checkpoint={folder} prompt="KING:"',
        "test it": f"python scripts/evaluate.py checkpoint={folder}",
        "go on": f"python scripts/train.py resume={folder} trainer.max_epochs={2 * epochs}",
    }
    for what, where in lines.items():
        log.info("  %-14s %s", what, where)


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
