"""Records the weights during a training."""

from pathlib import Path
from typing import Any, cast

import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from elman.training.runs.folder import PATH


class RecordPath(Callback):
    """Records all weights before each epoch and at the end of the training.

    It writes `path.pt` into the run's folder: "steps" `(K)`, the step number of each recorded
    point, and "weights" `(K, n)`, the weights at that point, in the order of
    `network.parameters()`. The checkpoints keep the points so far, so that a resumed training
    continues the record.

    Args:
        run: the run's folder.
    """

    def __init__(self, run: str) -> None:
        self.run = run
        self.points: dict[int, Tensor] = {}  # by step number

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Records the weights before the epoch."""
        self._record(trainer, pl_module)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Records the last weights and writes the file, except with `debug=one_batch`."""
        self._record(trainer, pl_module)
        if trainer.is_global_zero and not trainer.fast_dev_run:  # type: ignore[attr-defined]
            torch.save(self.state_dict(), Path(self.run) / PATH)

    def _record(self, trainer: Trainer, pl_module: LightningModule) -> None:
        network = cast("torch.nn.Module", pl_module.network)
        weights = parameters_to_vector(network.parameters())
        self.points[trainer.global_step] = weights.detach().cpu()

    def state_dict(self) -> dict[str, Any]:
        """The path so far."""
        if not self.points:
            return {}
        return {
            "steps": torch.tensor(list(self.points)),  # (K)
            "weights": torch.stack(list(self.points.values())),  # (K, n)
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over the path of the training that is resumed."""
        steps = state_dict["steps"].tolist()
        self.points = dict(zip(steps, state_dict["weights"], strict=True))
