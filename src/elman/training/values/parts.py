"""The parts of a training, built from its configuration before there are any data."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hydra.utils import instantiate
from lightning import LightningDataModule
from omegaconf import DictConfig, OmegaConf

from elman.training.base_callbacks import with_base_callbacks
from elman.training.objectives import Objective
from elman.training.values.buildable import MakeOptimizer, MakeScheduler
from elman.training.values.described import check_described, full_keys

REQUIRED = ("data", "network", "training", "optimizer", "trainer")
Part = TypeVar("Part")


class Parts(NamedTuple):
    """What a configuration describes, beside the network, the trainer and its callbacks.

    Attributes:
        data: that have not been read yet.
        objective: of the training.
        training: makes the LightningModule.
        optimizer: makes the optimizer from the parameters.
        scheduler: makes the learning-rate schedule; None: the rate is constant.
    """

    data: LightningDataModule
    objective: Objective
    training: Callable[..., Any]
    optimizer: MakeOptimizer
    scheduler: MakeScheduler | None


def folder_of(config: DictConfig) -> Path:
    """The folder of the run.

    Raises:
        TypeError: `output_dir` or `resume` is no folder.
    """
    for key in ("output_dir", "resume"):
        folder = config[key]
        if not (isinstance(folder, str) and folder) and (key, folder) != ("resume", None):
            raise TypeError(f"{key} must be a folder, got {folder!r}")
    return Path(config.output_dir)


def build_parts(config: DictConfig) -> Parts:
    """Checks all values of a training, and builds what needs no data.

    A wrong value is thus found before a long download.

    Args:
        config: composed from `conf/train.yaml`.

    Raises:
        TypeError, ValueError: a value has a wrong type, or is unknown or out of range; the message
            names its key.
    """
    objective = _objective(config)
    if "callbacks" in config:  # the base may hold what others refer to
        config.callbacks = with_base_callbacks(config.callbacks, objective)
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    for section in REQUIRED:
        _check_described_at_all(section, plain.get(section))
    check_described(plain)
    with full_keys(data=plain.get("data")):
        data = instantiate(config.data)
    _check_kind("data", data, LightningDataModule)
    scheduler = instantiate(config.scheduler) if config.get("scheduler") else None
    return Parts(
        data, objective, instantiate(config.training), instantiate(config.optimizer), scheduler
    )


def _objective(config: DictConfig) -> Objective:
    plain: Any = OmegaConf.to_container(OmegaConf.create({"objective": config.get("objective")}))
    _check_described_at_all("objective", plain["objective"])
    check_described(plain)
    with full_keys(**plain):
        objective: Objective = instantiate(config.objective)
    _check_kind("objective", objective, Objective)
    return objective


def build_all(section: str, config: Any, kind: type[Part]) -> list[Part]:
    """The callbacks or the loggers of a training.

    Args:
        section: of the configuration: "callbacks" or "logger".
        config: their configurations by name.
        kind: their base class.

    Raises:
        TypeError, ValueError: a value is wrong; the message names its key.
    """
    built = []
    for name, described in config.items():
        _check_described_at_all(f"{section}.{name}", described)
        with full_keys(**{f"{section}.{name}": described}):
            part = instantiate(described)
        _check_kind(f"{section}.{name}", part, kind)
        built.append(part)
    return built


def _check_described_at_all(key: str, described: object) -> None:
    if not isinstance(described, Mapping) or "_target_" not in described:
        group, _, name = key.partition(".")
        remedy = f"~{key} leaves it out" if name else f"choose one with {group}=…"
        raise TypeError(f"{key} must be an object: {{_target_: …}}, got {described!r}; {remedy}")


def _check_kind(part: str, built: object, kind: type) -> None:
    if not isinstance(built, kind):
        name = f"{type(built).__module__}.{type(built).__qualname__}"
        raise TypeError(
            f"{part}: {name} must be a subclass of {kind.__module__}.{kind.__qualname__}; "
            "docs/tasks.md has an example"
        )
