"""How a network that carries a state through time is trained, on anything Lightning runs on."""

from collections.abc import Callable
from typing import Any, cast

import torch
from lightning import LightningModule
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from elman.training.objectives import Objective

Batch = tuple[Tensor, Tensor]


class SequenceTraining(LightningModule):
    """Truncated backpropagation through time over streams that go on from batch to batch.

    The state at the end of a batch is the first of the next batch, and there the gradient ends.

    Args:
        network: `network(inputs, h_0) → (O, h_n)`.
        objective: the cost of O, and the figures to log.
        optimizer: makes the optimizer from the parameters; None: to evaluate only.
        scheduler: makes the learning-rate schedule from the optimizer and the number of steps;
            None: the optimizer's learning rate throughout.
        settings: configurations that the checkpoint keeps: the network's, to rebuild it from, and
            others that a resumed training must share.
    """

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
        self._state: Tensor | None = None  # of the streams that are trained on
        self._position: dict[str, Any] | None = None  # in the streams, where to go on
        self._evaluation_state: Tensor | None = None

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The cost of one chunk of the streams."""
        inputs, y = batch
        if batch_idx == 0:
            self._state = None  # the streams begin anew with each epoch
        O, h_n = self.network(inputs, self._state)
        self._state = h_n.detach()  # the state goes on, the gradient ends
        cost = self.objective.cost(O, y)
        if self._figures_are_written():
            self._log("train", cost, y, prog_bar=True, on_step=True, on_epoch=False)
        return cost

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """The figures of the validation text."""
        self._evaluate("validation", batch, batch_idx)

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        """The figures of the test text."""
        self._evaluate("test", batch, batch_idx)

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:
        inputs, y = batch
        h_0 = None if batch_idx == 0 else self._evaluation_state
        O, self._evaluation_state = self.network(inputs, h_0)
        cost = self.objective.cost(O, y)
        self._log(part, cost, y, prog_bar=part == "validation", on_step=False, on_epoch=True)

    def _log(self, part: str, cost: Tensor, y: Tensor, **when: Any) -> None:
        figures = {f"{part}/{name}": f for name, f in self.objective.figures(cost.detach()).items()}
        evaluating = part != "train"
        # An epoch's figure is the average over its time steps, whichever batch they came in.
        self.log_dict(figures, batch_size=y.numel(), sync_dist=evaluating, **when)

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

    def on_train_start(self) -> None:
        """Goes on where a checkpoint was taken, in the state of that time."""
        if self._state is not None:
            self._state = self._state.to(self.device)  # was loaded before the device was known
        if self._position is not None:
            # Lightning 2.6 does so itself, but not where `estimated_stepping_batches` was asked.
            self.trainer.train_dataloader.load_state_dict(self._position)  # type: ignore[union-attr]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keeps what a resumed training and a rebuilt network need."""
        checkpoint.update(self.settings)
        checkpoint["position"] = self.trainer.train_dataloader.state_dict()  # type: ignore[union-attr]
        checkpoint["chance"] = torch.get_rng_state()  # dropout's
        if self._state is not None:  # every process has its own streams
            states = cast("Tensor", self.all_gather(self._state))
            checkpoint["states"] = states.view(-1, *self._state.shape)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes over chance, and the position and the states of the streams."""
        self._position = checkpoint["position"]
        torch.set_rng_state(checkpoint["chance"])
        if "states" in checkpoint:
            self._state = checkpoint["states"][self.global_rank]
