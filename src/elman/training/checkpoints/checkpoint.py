"""Checkpoints: found, loaded without running any code of theirs, rebuilt into networks."""

import pickle
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from lightning import LightningDataModule, LightningModule
from lightning.pytorch.utilities import rank_zero_warn
from omegaconf import OmegaConf
from torch import nn

from elman.data.description import sizes_of
from elman.data.module import DataModule
from elman.training.checkpoints.content import check_content
from elman.training.checkpoints.file import check_whole, is_whole
from elman.training.checkpoints.migrations import VERSION, migrate
from elman.training.checkpoints.stored_weights import at_most, check_weights, weights_of
from elman.training.checkpoints.trust import DESCRIBED, check_module_names, check_trusted
from elman.training.objectives import Objective
from elman.training.runs.folder import BEST
from elman.training.values.described import check_described


class Trained(NamedTuple):
    """A trained network.

    Attributes:
        network: in evaluation mode.
        data: the data that it was trained on, not set up yet.
        checkpoint: all contents of the checkpoint.
    """

    network: nn.Module
    data: LightningDataModule
    checkpoint: dict[str, Any]

    def build(self, part: str) -> Any:
        """The checkpoint's "training" or "objective", as its configuration describes it."""
        return instantiate(self.checkpoint[part])


def restore(
    path: str | Path, data: Mapping[str, Any] | None = None, trust: Iterable[str] = ()
) -> Trained:
    """Rebuilds the network and the data of a checkpoint.

    Args:
        path: a checkpoint, or the folder of a run.
        data: values that replace those of the training's data, such as another `path`.
        trust: modules outside this package whose classes the checkpoint may build.

    Raises:
        FileNotFoundError: there is no checkpoint.
        ValueError: it is damaged, was not written by this package, or names a class that it may
            not build.
    """
    file = find_checkpoint("checkpoint", path)
    checkpoint = load_checkpoint(file)
    trust = (trust,) if isinstance(trust, str) else tuple(trust)
    check_module_names("trust", trust)
    for part in DESCRIBED:
        check_trusted(f"{file}: {part}", checkpoint[part], trust)
    module: LightningDataModule = _built(file, checkpoint, "data", LightningDataModule)
    given = {name: value for name, value in (data or {}).items() if value is not None}
    if given:
        described: Any = OmegaConf.to_container(OmegaConf.merge(checkpoint["data"], given))
        check_described({"data": described})
        module = instantiate(described)
    load_data_state(file, checkpoint, module)
    network = load_network(file, checkpoint, **sizes_of(module))
    objective = _built(file, checkpoint, "objective", Objective)
    training = _built(file, checkpoint, "training", object)
    with _naming(file, "training"):
        _check_kind(training(network, objective), LightningModule)
    return Trained(network, module, checkpoint)


def _built(file: Path, checkpoint: Mapping[str, Any], part: str, kind: type) -> Any:
    """A part of the checkpoint, as its configuration describes it."""
    with _naming(file, part):
        return _check_kind(instantiate(checkpoint[part]), kind)


def _check_kind(built: object, kind: type) -> object:
    if not isinstance(built, kind):
        raise TypeError(f"it describes a {type(built).__name__}, not a {kind.__name__}")
    return built


@contextmanager
def _naming(file: Path, part: str) -> Iterator[None]:
    """Whatever a wrong value of a checkpoint leads to is an error that names the file and part."""
    try:
        yield
    except Exception as error:  # a constructor can raise anything
        cause: BaseException = error
        while isinstance(cause, InstantiationException) and cause.__cause__ is not None:
            cause = cause.__cause__
        reason = str(cause) if isinstance(cause, ValueError | TypeError) else repr(cause)
        raise ValueError(f"checkpoint: {file}: {part}: {reason}") from error


def load_data_state(file: Path, checkpoint: Mapping[str, Any], data: LightningDataModule) -> None:
    """Gives a data module the state that it has in a checkpoint.

    Raises:
        ValueError: there is no such state, or it is not what such a data module writes.
    """
    name = type(data).__qualname__  # Lightning keeps the state under this name
    with _naming(file, name):
        if name in checkpoint:
            if not isinstance(checkpoint[name], dict):
                raise ValueError("it must be a dict")
            data.load_state_dict(checkpoint[name])
        elif isinstance(data, DataModule) and checkpoint.get("version") == VERSION:
            raise ValueError("the state of the data is missing")


def find_checkpoint(argument: str, path: str | Path, kind: Path = BEST) -> Path:
    """The checkpoint file at `path`, or the one of this `kind` if `path` is a run's folder.

    Where the one of this kind is missing or damaged, it is the newest whole one of the run, and a
    warning says so.

    Raises:
        FileNotFoundError: there is none; the message names the `argument` it was given for.
        ValueError: it is damaged. The message names a whole one beside it, if there is one.
    """
    path = Path(path)
    checkpoint = path / kind if path.is_dir() else path
    if checkpoint.is_file() and is_whole(checkpoint):
        return checkpoint
    fault = "is damaged" if checkpoint.is_file() else "is missing"
    others = _whole_beside(checkpoint)
    if path.is_dir() and others:
        rank_zero_warn(f"{argument}: {checkpoint} {fault}; {others[0].name} is used instead")
        return others[0]
    remedy = f"{others[0].name} beside it is whole: {argument}={others[0]}" if others else ""
    if checkpoint.is_file():
        raise ValueError(
            f"{argument}: {checkpoint} is damaged, cut short or unreadable"
            + (f"; {remedy}" if remedy else ", and there is no other checkpoint beside it")
        )
    remedy = remedy or "give a checkpoint, or the folder of a run under outputs/train"
    raise FileNotFoundError(f"{argument}: there is no {checkpoint}; {remedy}")


def _whole_beside(checkpoint: Path) -> list[Path]:
    """The other checkpoints in the folder that are whole, the newest first."""
    others = (file for file in checkpoint.parent.glob("*.ckpt") if file != checkpoint)
    newest_first = sorted(others, key=lambda file: file.stat().st_mtime, reverse=True)
    return [file for file in newest_first if is_whole(file)]


def load_checkpoint(path: Path) -> dict[str, Any]:
    """The tensors and plain values of a checkpoint, on the CPU; old ones are brought up to date.

    Raises:
        ValueError: the file is damaged, holds more than tensors and plain values, or something
            else than this package's training writes, see `check_content`.
    """
    checkpoint = load_plain(path)
    check_content(path, checkpoint)
    with _naming(path, "version 1"):
        return migrate(checkpoint)


def load_plain(path: Path) -> Any:
    """The tensors and plain values that a file holds, on the CPU.

    Raises:
        ValueError: the file is damaged, or holds more than these.
    """
    check_whole(path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, ValueError) as error:
        raise ValueError(
            f"checkpoint: {path} is damaged or holds code; only tensors and plain values load"
        ) from error
    except Exception as error:  # of the archive, or whatever a wrong opcode leads to
        raise ValueError(f"checkpoint: {path} is damaged, cut short or unreadable") from error


def build_network(description: Mapping[str, Any], **sizes: int) -> nn.Module:
    """A network from its configuration and the `sizes` that the data determine.

    A configuration without `_partial_: true` describes the whole network, which then takes no
    sizes from the data.

    Raises:
        TypeError: it describes something else, or the network does not take these sizes.
    """
    built = instantiate(description)
    network = built if isinstance(built, nn.Module) else built(**sizes)
    if not isinstance(network, nn.Module):
        raise TypeError(f"network: {description['_target_']} must be a torch.nn.Module")
    return network


def load_network(path: Path, checkpoint: Mapping[str, Any], **sizes: int) -> nn.Module:
    """The network of a checkpoint that has been checked, in evaluation mode.

    Raises:
        ValueError: the weights do not fit the network.
    """
    weights = weights_of(checkpoint)
    description = checkpoint["network"]
    # First without memory: a few bytes can describe a network of any size.
    with _naming(path, "network"), torch.device("meta"), at_most(10 * len(weights) + 100):
        planned = build_network(_on_meta(description), **sizes)
    check_weights(path, planned, weights)
    network = build_network(description, **sizes)
    network.load_state_dict(weights)
    return network.eval()


def _on_meta(description: Mapping[str, Any]) -> dict[str, Any]:
    """The same description without another device."""
    return {
        key: _on_meta(value) if isinstance(value, Mapping) else "meta" if key == "device" else value
        for key, value in description.items()
    }
