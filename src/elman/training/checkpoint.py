"""Checkpoints: found, loaded without running any code of theirs, rebuilt into networks."""

import pickle
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from hydra.utils import instantiate
from lightning import LightningDataModule
from lightning.pytorch.utilities import rank_zero_warn
from omegaconf import OmegaConf
from torch import nn

from elman.data.description import sizes_of
from elman.training.checkpoint_file import check_whole, is_whole
from elman.training.migrations import migrate
from elman.training.run_folder import BEST
from elman.training.trust import DESCRIBED, check_trusted


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
    for part in DESCRIBED:
        check_trusted(str(file), checkpoint[part], trust)
    given = {name: value for name, value in (data or {}).items() if value is not None}
    module = instantiate(OmegaConf.merge(checkpoint["data"], given))
    state = checkpoint.get(type(module).__qualname__)  # Lightning keeps it under this name
    if state is not None:
        module.load_state_dict(state)
    return Trained(load_network(file, checkpoint, **sizes_of(module)), module, checkpoint)


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
        ValueError: the file is damaged, holds more than tensors and plain values, or was not
            written by this package's training.
    """
    checkpoint = load_plain(path)
    if isinstance(checkpoint, dict) and all(
        isinstance(checkpoint.get(part), dict) for part in DESCRIBED
    ):
        return migrate(checkpoint)
    raise ValueError(f"checkpoint: {path} was not written by the training of this package")


def load_plain(path: Path) -> Any:
    """The tensors and plain values that a file holds, on the CPU.

    Raises:
        ValueError: the file is damaged, or holds more than these.
    """
    check_whole(path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f"checkpoint: {path} is damaged or holds code; only tensors and plain values load"
        ) from error
    except (RuntimeError, EOFError, OSError) as error:
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
    prefix = "network."
    weights = {
        name.removeprefix(prefix): weight
        for name, weight in checkpoint["state_dict"].items()
        if name.startswith(prefix)
    }
    network = build_network(checkpoint["network"], **sizes)
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise ValueError(f"checkpoint: the weights in {path} are of another network") from error
    return network.eval()
