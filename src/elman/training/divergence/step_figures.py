"""Cost, gradient and learning rate of an optimizer step, before it is taken."""

from collections.abc import Iterable
from typing import NamedTuple, Self, cast

import torch
from lightning import Trainer
from torch import Tensor
from torch.distributed.tensor import DTensor
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer


class StepFigures(NamedTuple):
    """The figures of one optimizer step, the same ones in all processes.

    Attributes:
        number: of the step, counted from 1.
        rate: the learning rate, the largest if there are several.
        values: the cost and the norm of the gradient, `(2)`, on the CPU.
        arrived: the event after which `values` can be read; None: at once.
        scale: the factor of the cost in mixed precision, a scalar on the device; None: 1.
    """

    number: int
    rate: float
    values: Tensor
    arrived: torch.cuda.Event | None
    scale: Tensor | None

    @classmethod
    def of(cls, trainer: Trainer, optimizer: Optimizer, cost: Tensor) -> Self:
        """Measures the next step of an optimizer.

        Args:
            trainer: whose processes share the step.
            optimizer: its parameters have their gradients.
            cost: a scalar, in mixed precision multiplied by the factor of the scaler.
        """
        gradients = [
            weight.grad.coalesce().values() if weight.grad.is_sparse else weight.grad
            for group in optimizer.param_groups
            for weight in group["params"]
            if weight.grad is not None
        ]
        norm = total_norm(gradients, 2).float()
        cost = cost.detach().to(norm)
        scaler = getattr(trainer.precision_plugin, "scaler", None)
        scale = None if scaler is None else scaler.scale(torch.ones_like(cost))
        values = torch.stack([cost if scale is None else cost / scale, norm])
        values = cast("Tensor", trainer.strategy.reduce(values, reduce_op="mean"))
        rate = max(float(group["lr"]) for group in optimizer.param_groups)
        return cls(trainer.global_step + 1, rate, *_sent_to_cpu(values), scale)

    def read(self) -> tuple[float, float]:
        """The cost and the norm of the gradient."""
        if self.arrived is not None:
            self.arrived.synchronize()
        cost, norm = self.values.tolist()
        return cost, norm

    @property
    def overflow_is_expected(self) -> bool:
        """Whether the scaler has multiplied the cost; it leaves out a step that overflows."""
        return self.scale is not None and self.scale.item() >= 1


def total_norm(tensors: Iterable[Tensor], order: float) -> Tensor:
    """The norm of all elements of all tensors, also where processes share them."""
    norm = get_total_norm(tensors, order)
    return norm.full_tensor() if isinstance(norm, DTensor) else norm


def _sent_to_cpu(values: Tensor) -> tuple[Tensor, torch.cuda.Event | None]:
    """The values on the CPU, and the event after which they can be read."""
    if not values.is_cuda:
        return values.cpu(), None
    sent = values.to("cpu", non_blocking=True)
    arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
    arrived.record()
    return sent, arrived
