"""The settings that a checkpoint keeps, so that a network is rebuilt and a training resumed."""

from collections.abc import Sequence
from typing import Any

from hydra.utils import instantiate
from lightning import LightningDataModule
from omegaconf import DictConfig, OmegaConf

from elman.checks import check_size
from elman.data.module import DataModule
from elman.data.resumable_loader import make_resumable
from elman.data.state import check_state, shown
from elman.training.checkpoints.migrations import VERSION
from elman.training.checkpoints.trust import DESCRIBED

KEPT = (*DESCRIBED, "optimizer", "scheduler")
PLACES = ("path", "test_path", "directory")  # the data may move; a DataModule's state has its path


def checkpoint_settings(
    config: DictConfig, data: LightningDataModule, world_size: int
) -> dict[str, Any]:
    """What a checkpoint keeps of the configuration, resolved to plain values.

    Args:
        config: of the training.
        data: built from it.
        world_size: number of processes.
    """
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    settings: dict[str, Any] = {part: plain.get(part) or {} for part in KEPT}
    if isinstance(data, DataModule):
        for place in PLACES:
            settings["data"].pop(place, None)
    settings["trainer"] = {"world_size": world_size}
    settings["version"] = VERSION
    return settings


def batch_size_of_each(
    data: LightningDataModule, stored: dict[str, Any], world_size: int
) -> int | None:
    """The batch size of each process when another number of processes resumes a training.

    The batch of all processes together stays, and so do the examples in it.

    Args:
        data: of the training.
        stored: the checkpoint.
        world_size: number of processes now.

    Returns:
        None: it does not change.

    Raises:
        ValueError: the processes cannot share the batch evenly.
    """
    before, B = stored["trainer"]["world_size"], stored["data"].get("batch_size")
    if world_size == before or B is None or getattr(data, "shared_batch", False):
        return None
    if B * before % world_size:
        raise ValueError(
            f"resume: {world_size} processes cannot share the batch of {B * before} examples "
            f"evenly, with which {before} started; give a number that divides it"
        )
    return int(B * before // world_size)


def with_same_batch(
    config: DictConfig,
    data: LightningDataModule,
    overrides: Sequence[str],
    stored: dict[str, Any],
    world_size: int,
) -> tuple[LightningDataModule, Sequence[str]]:
    """Sets the batch size where another number of processes resumes a training.

    Args:
        config: of the training; it and `stored` get the new batch size of each process.
        data: built from it.
        overrides: what the configuration was composed with.
        stored: the checkpoint.
        world_size: number of processes now.

    Returns:
        The data, and the overrides for the next `resume=`.
    """
    if (batch_size := batch_size_of_each(data, stored, world_size)) is None:
        return data, overrides
    config.data.batch_size = stored["data"]["batch_size"] = batch_size
    kept = [each for each in overrides if not each.startswith("data.batch_size=")]
    data = instantiate(config.data)
    make_resumable(data)
    return data, [*kept, f"data.batch_size={batch_size}"]


def check_started_by_this_version(stored: dict[str, Any]) -> None:
    """Checks that a checkpoint has what only this version of the package reads.

    Raises:
        ValueError: an earlier version started the run, or the number of processes is missing.
    """
    if stored.get("version") != VERSION:
        raise ValueError(
            "resume: an earlier version of elman started this run, and this version cannot "
            "continue it; its checkpoint still works in all other scripts"
        )
    try:
        check_state(stored.get("trainer", {}), world_size=int)
        check_size("its 'world_size'", stored["trainer"]["world_size"])
    except ValueError as error:
        raise ValueError(f"resume: trainer: {error}") from error


def check_same_settings(settings: dict[str, Any], stored: dict[str, Any]) -> None:
    """Checks that a resumed training has the settings that it was started with.

    Raises:
        ValueError: one has changed.
    """
    for part in KEPT:
        now, then = settings[part], stored.get(part, {})
        for key in sorted(now.keys() | then.keys()):
            if now.get(key) != then.get(key):
                raise ValueError(
                    f"resume: {part}.{key} was {shown(then.get(key))} and is "
                    f"{shown(now.get(key))} now; a run continues with the {part} that it was "
                    "started with"
                )


def check_epochs(max_epochs: int, stored: dict[str, Any]) -> None:
    """Checks that a resumed training has not been longer already.

    Raises:
        ValueError: it has.
    """
    trained = stored["loops"]["fit_loop"]["epoch_progress"]["current"]["processed"]
    if trained > max_epochs:
        raise ValueError(
            f"trainer.max_epochs must be at least {trained}, the epochs that this run has been "
            f"trained for, got {max_epochs}; with {trained} it is only tested again"
        )
