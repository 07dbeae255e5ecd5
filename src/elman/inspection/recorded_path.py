"""The path of the weights that a training has recorded."""

from pathlib import Path
from typing import NamedTuple

from torch import Tensor, nn

from elman.data.state import check_state
from elman.training.checkpoints.checkpoint import load_plain
from elman.training.checkpoints.content import check_tensors


class RecordedPath(NamedTuple):
    """The weights at K points of a training.

    Attributes:
        steps: the number of training steps before each point, `(K)`.
        weights: all weights at each point, `(K, n)`.
    """

    steps: Tensor
    weights: Tensor


def read_path(file: Path, network: nn.Module) -> RecordedPath:
    """Reads the path that the callback `RecordPath` has written.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is damaged, or the path is that of another network.
    """
    if not file.is_file():
        raise FileNotFoundError(
            f"checkpoint: there is no {file}; only a finished training with callbacks=descent "
            "writes the path of the weights"
        )
    stored = load_plain(file)
    try:
        check_state(stored, steps=Tensor, weights=Tensor)
        check_tensors("it", stored)
        path = RecordedPath(**stored)
        if path.steps.shape != path.weights.shape[:1] or not len(path.steps):
            raise ValueError("it has as many steps as points")
    except (TypeError, ValueError) as error:
        raise ValueError(f"checkpoint: {file} is not the path of a training: {error}") from error
    n = sum(parameter.numel() for parameter in network.parameters())
    if path.weights.shape[1:] != (n,):
        raise ValueError(f"checkpoint: {file} is not the path of this network's {n:,} weights")
    return path
