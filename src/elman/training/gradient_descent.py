"""The slides' own optimizer."""

from collections.abc import Callable, Iterable
from typing import overload

import torch
from torch import Tensor
from torch.optim import Optimizer


class GradientDescent(Optimizer):
    """`w ← w − η ∂C/∂w`: each weight moves down its slope (slide "Gradient descent").

    With the whole training set in one batch this is the slide's rule. With smaller batches it is
    stochastic gradient descent.

    Args:
        params: the weights.
        lr: η, the learning rate.

    Raises:
        ValueError: `lr` is not greater than zero.
    """

    def __init__(self, params: Iterable[Tensor], lr: float) -> None:
        if not lr > 0:
            raise ValueError(f"lr must be a number greater than zero, got {lr!r}")
        super().__init__(params, {"lr": lr})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Takes one step; returns the cost if `closure` computes it, and its gradients."""
        cost = None
        if closure is not None:
            with torch.enable_grad():
                cost = closure()
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is not None:
                    # w ← w − η ∂C/∂w
                    w.sub_(group["lr"] * w.grad)
        return cost
