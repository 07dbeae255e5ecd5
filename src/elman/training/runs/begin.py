"""The beginning of a training, when all that it needs has been built."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lightning import LightningDataModule
from omegaconf import DictConfig, OmegaConf

from elman.data.description import train_data_of
from elman.training.checkpoints.checkpoint import load_data_state
from elman.training.runs.csv_log import cut
from elman.training.runs.folder import CONFIG, METRICS, OVERRIDES
from elman.training.runs.next_steps import relative
from elman.training.runs.whole_file import whole_file
from elman.training.supervised import SupervisedTraining

log = logging.getLogger(__name__)


def set_up(
    data: LightningDataModule, checkpoint: Path | None, stored: dict[str, Any] | None
) -> None:
    """Prepares data that determine sizes of the network; Lightning prepares all others.

    Args:
        data: of the training.
        checkpoint: that the training goes on from; None: it is a new one.
        stored: its contents.
    """
    if hasattr(data, "sizes"):
        data.prepare_data()
        data.setup("fit")
    if checkpoint and stored:
        load_data_state(checkpoint, stored, data)


def begin(
    run: Path,
    config: DictConfig,
    overrides: Sequence[str],
    module: SupervisedTraining,
    data: LightningDataModule,
    trust: Sequence[str],
    stored: dict[str, Any] | None,
) -> None:
    """Writes the configuration into the folder of the run, and logs what is trained on what.

    Args:
        run: the folder of the run.
        config: of the training.
        overrides: what it was composed with.
        module: the training.
        data: what the network is trained on.
        trust: modules that a command must trust to rebuild the network.
        stored: the checkpoint that the training goes on from; None: it is a new one.
    """
    if trust:
        log.warning(
            "The checkpoints of this run will name classes of %s. Commands that load them need "
            "trust=[%s].",
            " and ".join(trust),
            ",".join(trust),
        )
    if stored:
        _log_processes(stored["trainer"]["world_size"], module.settings["trainer"]["world_size"])
        within_step = "gradients" in stored["processes"][0]
        cut(run / METRICS, stored["global_step"], within_step=within_step)
    else:  # what is there is of a training that diverged before the first checkpoint
        cut(run / METRICS, 0)
    with whole_file(run / CONFIG) as file:
        OmegaConf.save(config, file, resolve=True)
    with whole_file(run / OVERRIDES) as file:
        OmegaConf.save(list(overrides), file)
    parameters = sum(parameter.numel() for parameter in module.network.parameters())
    log.info(
        "%s\n%s parameters, trained on %s",
        module.network,
        f"{parameters:,}",
        train_data_of(data),
    )
    log.info("All files go to %s", relative(run))


def _log_processes(before: int, now: int) -> None:
    if before != now:
        log.info(
            "%d processes continue what %d began, with the same batches of all together. They add "
            "in another order, so the last bits of the weights may differ.",
            now,
            before,
        )
