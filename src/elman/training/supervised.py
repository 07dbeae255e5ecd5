"""Supervised training on independent examples."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from elman.training.objectives import Objective

Batch = tuple[Any, Any]  # inputs and targets


class SupervisedTraining(LightningModule):
    """Gradient descent on the cost of one batch after the other (slide "Gradient descent").

    Args:
        network: `network(inputs) → O`; where a batch has several inputs, `network(*inputs) → O`.
        objective: the cost of O, and the metrics to log.
        optimizer: makes the optimizer from the parameters; None: only to evaluate.
        scheduler: makes the learning-rate schedule from the optimizer and the number of steps;
            None: a constant learning rate.
        settings: configurations that the checkpoint keeps: of the network, to rebuild it, and
            others that a resumed training must share.

    Attributes:
        baseline_summary: a format string that states the baselines' metrics after a test.
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
        """The metrics of a validation batch."""
        self._evaluate("validation", batch, batch_idx)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        """The metrics of a test batch."""
        self._evaluate("test", batch, batch_idx)

    def _evaluate(self, split: str, batch: Batch, batch_idx: int) -> None:  # noqa: ARG002
        inputs, y = batch
        self._log_evaluation(split, self.outputs(inputs), y)

    def report(self, folder: Path | None = None) -> str:  # noqa: ARG002 - for subclasses
        """Further results of a test as text, and as pictures in `folder`."""
        return ""

    def outputs(self, inputs: Any) -> Any:
        """O of a batch's inputs."""
        return self.network(inputs) if isinstance(inputs, Tensor) else self.network(*inputs)

    def step_costs(self, output: Any, batch: Batch) -> Tensor:
        """The parts of the cost of a batch, one of each time step, see `Objective.step_costs`.

        Args:
            output: what the network returns for the inputs of the batch.
            batch: inputs and targets.
        """
        _, y = batch
        return self.objective.step_costs(output, y)

    def _log_training(self, cost: Tensor, O: Any, y: Any) -> None:
        if self._is_logging_step():
            self._log("train", cost, O, y, on_step=True, on_epoch=False)

    def _log_evaluation(self, split: str, O: Any, y: Any) -> None:
        cost = self.objective.cost(O, y)
        # The metric of an epoch is the average over its examples, not over its batches.
        self._log(split, cost, O, y, on_step=False, on_epoch=True, sync_dist=True)

    def _log(self, split: str, cost: Tensor, O: Any, y: Any, **when: Any) -> None:
        with torch.no_grad():
            metrics = self.objective.metrics(cost.detach(), O, y)
        for name, value in metrics.items():
            in_bar = split != "test" and name == self.objective.metric
            self.log(
                f"{split}/{name}",
                value,
                prog_bar=in_bar,
                batch_size=self.objective.count(y),
                **when,
            )

    def on_before_optimizer_step(self, optimizer: Optimizer) -> None:  # noqa: ARG002
        """Logs the norm of the gradient before it is clipped."""
        if self._is_logging_step():
            gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
            self.log("train/gradient_norm", torch.nn.utils.get_total_norm(gradients))

    def _is_logging_step(self) -> bool:
        # Lightning writes every few steps only; metrics of the other steps would cost time.
        every: int = self.trainer.log_every_n_steps  # type: ignore[attr-defined]
        return (self.trainer.global_step + 1) % every == 0

    def configure_optimizers(self) -> Any:
        """The optimizer, and its learning-rate schedule, which moves on after every step."""
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
        """Adds the settings."""
        checkpoint.update(self.settings)
