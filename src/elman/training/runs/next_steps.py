"""The files of a finished run, and the commands that use it."""

import shlex
from pathlib import Path

from lightning import LightningDataModule
from torch import nn

from elman.data.description import uses_of
from elman.layers import RNN
from elman.networks import FeedforwardNetwork
from elman.training.checkpoints.stored_overrides import not_harmless
from elman.training.class_objectives import SquaredError
from elman.training.runs.folder import BEST, CONFIG, CURVES, LOG, PATH
from elman.training.supervised import SupervisedTraining


def next_steps(
    run: Path, module: SupervisedTraining, data: LightningDataModule, epochs: int, trust: list[str]
) -> str:
    """One line for each file and each command.

    Args:
        run: the folder of the run.
        module: the training.
        data: what the network was trained on.
        epochs: of the training.
        trust: modules that a command must trust to rebuild the network.
    """
    run = relative(run)
    folder = shlex.quote(str(run))
    trusting = f" {shlex.quote('trust=[' + ','.join(trust) + ']')}" if trust else ""
    lines = {"checkpoint": str(run / BEST), "configuration": str(run / CONFIG)}
    if (run / CURVES).is_file():
        lines["curves"] = str(run / CURVES)
    if (run / "tensorboard").is_dir():
        lines["more curves"] = f"tensorboard --logdir {folder}"
    if (run / LOG).is_file():
        lines["log"] = str(run / LOG)
    pictures = [str(path) for path in sorted(run.glob("*.png")) if path != run / CURVES]
    if pictures:
        lines["pictures"] = ", ".join(pictures)
    for purpose, use in uses_of(data).items():
        script, *arguments = use.split(" ", 1)
        command = f"python scripts/{script} checkpoint={folder}{trusting}"
        lines[purpose] = " ".join([command, *arguments])
    network, objective = module.network, module.objective
    if isinstance(network, FeedforwardNetwork) and isinstance(objective, SquaredError):
        lines["see its neurons"] = f"python scripts/show.py checkpoint={folder}{trusting}"
    if any(isinstance(layer, RNN | nn.RNN) for layer in network.modules()):
        lines["see its gradients"] = f"python scripts/inspect.py checkpoint={folder}{trusting}"
    if (run / PATH).is_file():
        lines["plot the descent"] = f"python scripts/descent.py checkpoint={folder}{trusting}"
    lines["test"] = f"python scripts/evaluate.py checkpoint={folder}{trusting}"
    again = [f"trainer.max_epochs={2 * epochs}", *map(shlex.quote, not_harmless(run))]
    lines["continue"] = " ".join([f"python scripts/train.py resume={folder}", *again])
    width = max(map(len, lines))
    return "\n".join(f"  {name.ljust(width)}  {line}" for name, line in lines.items())


def relative(path: Path) -> Path:
    """The path from the working directory, if it lies there."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
