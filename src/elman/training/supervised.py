"""How a network is trained on examples that do not need each other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from elman.training.objectives import Objective

Batch = tuple[Any, Any]  # inputs, and what is wanted of the outputs


class SupervisedTraining(LightningModule):
    """Gradient descent on the cost of a batch after the other (slide "Gradient descent").

    Args:
        network: `network(inputs) → O`; where the inputs are several, `network(*inputs) → O`.
        objective: the cost of O, and the figures to log.
        optimizer: makes the optimizer from the parameters; None: to evaluate only.
        scheduler: makes the learning-rate schedule from the optimizer and the number of steps;
            None: the optimizer's learning rate throughout.
        settings: configurations that the checkpoint keeps: the network's, to rebuild it from, and
            others that a resumed training must share.

    Attributes:
        beside: what the figure that people judge by is to be compared with, as a format of the
            figures of a test.
    """

    baseline_summary = ""

    def __init__(
        self,
        network: nn.Module,
        objective: Objective,
        optimizer: Callable[[Any], Optimizer] | None = None,
        scheduler: Callable[[Optimizer, int], LRScheduler] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.objective = objective
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.settings = settings or {}

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:  # noqa: ARG002
        """The cost of a batch."""
        inputs, y = batch
        O = self.outputs(inputs)
        cost = self.objective.cost(O, y)
        self._log_training(cost, O, y)
        return cost

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """The figures of the data to validate with."""
        self._evaluate("validation", batch, batch_idx)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        """The figures of the data to test with."""
        self._evaluate("test", batch, batch_idx)

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:  # noqa: ARG002
        inputs, y = batch
        self._log_evaluation(part, self.outputs(inputs), y)

    def report(self, folder: Path | None = None) -> str:  # noqa: ARG002 - for subclasses
        """What a test has found beyond its figures, in words, and as pictures in `folder`."""
        return ""

    def outputs(self, inputs: Any) -> Any:
        """O of a batch's inputs."""
        return self.network(inputs) if isinstance(inputs, Tensor) else self.network(*inputs)

    def _log_training(self, cost: Tensor, O: Any, y: Any) -> None:
        if self._figures_are_written():
            self._log("train", cost, O, y, prog_bar=True, on_step=True, on_epoch=False)

    def _log_evaluation(self, part: str, O: Any, y: Any) -> None:
        cost = self.objective.cost(O, y)
        in_bar = part == "validation"
        # An epoch's figure is the average over its examples, whichever batch they came in.
        self._log(part, cost, O, y, prog_bar=in_bar, on_step=False, on_epoch=True, sync_dist=True)

    def _log(self, part: str, cost: Tensor, O: Any, y: Any, **when: Any) -> None:
        with torch.no_grad():
            figures = self.objective.metrics(cost.detach(), O, y)
        named = {f"{part}/{name}": figure for name, figure in figures.items()}
        self.log_dict(named, batch_size=self.objective.count(y), **when)

    def on_before_optimizer_step(self, optimizer: Optimizer) -> None:  # noqa: ARG002
        """Logs the norm of the gradient before it is clipped."""
        if self._figures_are_written():
            gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
            self.log("train/gradient_norm", torch.nn.utils.get_total_norm(gradients))

    def _figures_are_written(self) -> bool:
        # Lightning writes every so many steps; to log at the others would cost time for nothing.
        every: int = self.trainer.log_every_n_steps  # type: ignore[attr-defined]
        return (self.trainer.global_step + 1) % every == 0

    def configure_optimizers(self) -> Any:
        """The optimizer, and its schedule a step at a time."""
        if self.optimizer is None:
            return None
        optimizer = self.optimizer(self.network.parameters())
        if self.scheduler is None:
            return optimizer
        schedule = self.scheduler(optimizer, int(self.trainer.estimated_stepping_batches))
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step", "name": "learning_rate"},
        }

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keeps what a resumed training and a rebuilt network need."""
        checkpoint.update(self.settings)
        checkpoint["chance"] = torch.get_rng_state()  # dropout's, and the order of examples

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes over chance."""
        torch.set_rng_state(checkpoint["chance"])
