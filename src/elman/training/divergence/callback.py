"""A training that diverges is stopped before it spoils its weights and checkpoints.

It has diverged when the cost, the norm of the gradient, a weight or the validation metric that
selects the checkpoint is not finite, or when a cost or a weight is more than 1/ε times as large as
at the start (or than 1, where it was less); ε = 2⁻²³ is the relative spacing of float32 numbers.
Beside such a number, one of the size that it had at the start is lost in rounding.
"""

import math
from pathlib import Path
from typing import Any, NoReturn

import torch
from lightning import Callback, LightningModule, Trainer
from lightning.pytorch.trainer.states import TrainerFn
from torch import Tensor
from torch.optim import Optimizer

from elman.checks import check_at_least
from elman.training.divergence.error import DivergenceError
from elman.training.divergence.step_figures import StepFigures, total_norm
from elman.training.runs.folder import LAST
from elman.training.schedules import scale_rates

MOST_HALVINGS = 3  # of the learning rate of one run
LARGEST_GROWTH = 1 / torch.finfo(torch.float32).eps  # 1/ε


class Divergence(Callback):
    """Raises DivergenceError when the training diverges.

    The cost and the gradient are looked at before each optimizer step, on a GPU only before the
    next one, so that the processor never waits for it. Weights are looked at before a checkpoint
    is written, and at the end. All processes look at the same numbers, so they decide alike.

    Args:
        run: the folder of the run, for messages.
        halvings: how many times to halve the learning rate, also that of the schedule; a
            checkpoint counts those that it contains already.

    Raises:
        TypeError, ValueError: `halvings` is not an int from 0 on.
    """

    def __init__(self, run: str, halvings: int = 0) -> None:
        self.run = run
        self.halvings = check_at_least("callbacks.divergence.halvings", halvings, 0)
        self._halved = 0
        self._largest_cost = math.inf
        self._largest_weight = math.inf
        self._cost: Tensor | None = None  # of the batches of the next optimizer step
        self._last: StepFigures | None = None
        self._unread: StepFigures | None = None
        self._error: DivergenceError | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Halves the learning rate, and remembers how large the weights are."""
        if math.isinf(self._largest_weight):  # else it is that of the checkpoint
            self._largest_weight = _bound(_largest(pl_module))
        factor = 0.5 ** (self.halvings - self._halved)
        schedules = [each.scheduler for each in trainer.lr_scheduler_configs]
        for optimizer in trainer.optimizers:
            scale_rates(optimizer, schedules, factor)
        self._halved = self.halvings

    def on_before_backward(
        self,
        trainer: Trainer,  # noqa: ARG002
        pl_module: LightningModule,  # noqa: ARG002
        loss: Tensor,
    ) -> None:
        """Adds up the cost of the batches of an optimizer step; Lightning has divided it."""
        cost = loss.detach().float()
        self._cost = cost if self._cost is None else self._cost + cost

    def on_before_optimizer_step(
        self,
        trainer: Trainer,
        pl_module: LightningModule,  # noqa: ARG002
        optimizer: Optimizer,
    ) -> None:
        """Looks at the cost and the gradient.

        Raises:
            DivergenceError: they show divergence.
        """
        cost, self._cost = self._cost, None
        earlier = self._unread
        step = StepFigures.of(trainer, optimizer, torch.zeros(()) if cost is None else cost)
        self._last = self._unread = step
        self._read(trainer, step if step.arrived is None else earlier)

    def _read(self, trainer: Trainer, step: StepFigures | None) -> None:
        """Looks at the figures of a step."""
        if step is None:
            return
        if step is self._unread:
            self._unread = None
        cost, norm = step.read()
        if not math.isfinite(cost + norm):
            if step.overflow_is_expected:
                return
            what = "the gradient overflows" if math.isfinite(cost) else f"the cost is {cost:g}"
            self._raise(trainer, step, what)
        if math.isinf(self._largest_cost):
            self._largest_cost = _bound(cost)
        if abs(cost) > self._largest_cost:
            self._raise(trainer, step, f"the cost has grown to {cost:.3g}")

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Looks at the metrics that callbacks monitor, such as to select the best checkpoint.

        Raises:
            DivergenceError: one is not finite.
        """
        self._read(trainer, self._unread)
        if trainer.state.fn != TrainerFn.FITTING:
            return
        callbacks: list[Callback] = trainer.callbacks  # type: ignore[attr-defined]
        monitored = {str(getattr(callback, "monitor", None)) for callback in callbacks}
        for name in sorted(monitored & trainer.callback_metrics.keys()):
            value = float(trainer.callback_metrics[name])
            if not math.isfinite(value):
                self._raise(trainer, self._last, f"{name} is {value:g}")

    def on_save_checkpoint(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        checkpoint: dict[str, Any],  # noqa: ARG002
    ) -> None:
        """Raises DivergenceError instead of writing a checkpoint that has diverged."""
        self._check_weights(trainer, pl_module)
        if self._cost is not None:  # it holds the gradients of a part of the batches of a step
            self._read(trainer, StepFigures.of(trainer, trainer.optimizers[0], self._cost))

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Raises DivergenceError if the final weights show divergence."""
        self._check_weights(trainer, pl_module)

    def _check_weights(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if self._error is not None:
            raise self._error
        self._read(trainer, self._unread)
        weight = _largest(pl_module)
        if not weight <= self._largest_weight:
            self._raise(trainer, self._last, f"a weight has grown to {weight:.3g}")

    def state_dict(self) -> dict[str, Any]:
        """What a resumed training must know."""
        return {
            "halvings": self._halved,
            "largest_cost": self._largest_cost,
            "largest_weight": self._largest_weight,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes the bounds and the number of halvings from a checkpoint."""
        self._halved = state_dict["halvings"]
        self.halvings = max(self.halvings, self._halved)
        self._largest_cost = state_dict["largest_cost"]
        self._largest_weight = state_dict["largest_weight"]

    def _raise(self, trainer: Trainer, step: StepFigures | None, what: str) -> NoReturn:
        at, figures = trainer.global_step, ""
        if step is not None:
            _, norm = step.read()
            at = step.number
            figures = f" (learning rate {step.rate:.3g}, gradient norm {norm:.3g})"
        remedies = ["a lower optimizer.lr"]
        if not trainer.gradient_clip_val:
            remedies.append("clipping of the gradient (trainer.gradient_clip_val=1)")
        if self.halvings < MOST_HALVINGS:
            remedies.append("on_divergence=rollback, which halves the learning rate")
        last = Path(self.run) / LAST
        good = f"{last} is the last good checkpoint" if last.is_file() else "there is no checkpoint"
        self._error = DivergenceError(
            f"training diverged at step {at:,}: {what}{figures}",
            f"what helps is {' or '.join(remedies)}; {good}",
            self.halvings,
        )
        raise self._error


def _largest(module: LightningModule) -> float:
    """The largest absolute value of all weights; nan if there is a nan."""
    weights = [weight.detach() for weight in module.parameters() if weight.is_floating_point()]
    return total_norm(weights, math.inf).item()


def _bound(start: float) -> float:
    """The number that has grown too large, from that at the start."""
    return max(abs(start), 1.0) * LARGEST_GROWTH
