"""Analytic against numeric gradients of any layer or network."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from elman.checks import check_positive, check_size
from elman.inspection.gradient_check.cost import OutputCost
from elman.inspection.gradient_check.slopes import Judge


@dataclass(frozen=True)
class Entry:
    """One number ∂C/∂θ_i by both ways.

    Attributes:
        name: of θ.
        index: i.
        analytic: by autograd.
        numeric: by finite differences.
        difference: between the two, relative to the larger.
        wrong: the difference is beyond the tolerance.
        kink: C bends within the step, see `Judgement`.
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    difference: float
    wrong: bool
    kink: bool

    def __str__(self) -> str:
        return f"{self.name}{list(self.index) or ''}"


class Checked(NamedTuple):
    """A parameter or an input θ, and what was found of its gradient.

    Attributes:
        name: of the parameter, or "input " and the name that `forward` gives it.
        shape: of θ.
        entries: those that were tried one by one, the worst first.
        others: how many were tried all at once instead.
        agree: whether these agree; where they do not, the one at fault is among `entries`.
        used: whether autograd sees a way from θ to the outputs.
    """

    name: str
    shape: tuple[int, ...]
    entries: list[Entry]
    others: int
    agree: bool
    used: bool

    @property
    def wrong(self) -> list[Entry]:
        """The entries beyond the tolerance, the worst first."""
        return [entry for entry in self.entries if entry.wrong]


def check_gradients(
    layer: nn.Module,
    inputs: Sequence[Any],
    entries: int | None = 20,
    step: float = 1e-5,
    tolerance: float = 1e-5,
    seed: int = 0,
) -> list[Checked]:
    """∂C/∂θ by autograd and by `(C(θ + ε) − C(θ − ε)) / 2ε`, for the cost `C = Σ R O`, R random.

    All is computed with a copy of the layer, in float64 and evaluation mode. Of a large θ some
    entries are tried one by one. The others are moved all at once, along a random direction; where
    the gradients disagree on that, halves of them are tried until the one at fault is found.

    Args:
        layer: any module; what it returns may hold tensors at any depth.
        inputs: of its `forward`; the floating ones are differentiated by as well.
        entries: how many of each parameter and input are tried one by one; None: all.
        step: ε.
        tolerance: the largest relative difference that is not wrong.
        seed: of R, of the entries and of the directions.

    Returns:
        What was found of each parameter, then of each floating input.

    Raises:
        TypeError, ValueError: a value is out of range, or the layer cannot be checked: see
            `OutputCost`; or its backward pass raises.
    """
    if entries is not None:
        check_size("entries", entries)
    check_positive("step", step)
    check_positive("tolerance", tolerance)
    chance = torch.Generator().manual_seed(seed)
    layer = copy.deepcopy(layer).double().eval()
    cost = OutputCost(layer, [_float64(each) for each in inputs], chance)
    judge = Judge(step, tolerance, cost.rounding)
    wanted = cost.differentiable()
    gradients = cost.gradients(list(wanted.values()))
    return [
        _check(_Tensor(name, x, dx, cost, judge, chance), entries)
        for (name, x), dx in zip(wanted.items(), gradients, strict=True)
    ]


def _float64(value: Any) -> Any:
    """A copy of an input, in float64 if it is floating."""
    if not isinstance(value, Tensor):
        return value
    return value.detach().to(torch.float64 if value.is_floating_point() else value.dtype, copy=True)


def _check(θ: "_Tensor", entries: int | None) -> Checked:
    order = torch.randperm(θ.x.numel(), generator=θ.chance)
    tried, others = order[:entries], order[len(order[:entries]) :]
    found = [θ.entry(int(i)) for i in tried.sort().values]
    agree = len(others) == 0 or θ.agree(others)
    if not agree:
        found.append(θ.entry(θ.at_fault(others)))
        others = others[1:]  # one less of them
    found.sort(key=lambda entry: (entry.wrong, entry.difference), reverse=True)
    return Checked(θ.name, tuple(θ.x.shape), found, len(others), agree, θ.dx is not None)


class _Tensor(NamedTuple):
    """A parameter or an input θ, with its gradient by autograd."""

    name: str
    x: Tensor
    dx: Tensor | None
    cost: OutputCost
    judge: Judge
    chance: torch.Generator

    def entry(self, i: int) -> Entry:
        """∂C/∂θ_i: the slope along the direction that is 1 at i and 0 elsewhere."""
        C, slopes = self._along(torch.tensor([i]), torch.ones(1, dtype=torch.float64))
        index = tuple(int(k) for k in np.unravel_index(i, self.x.shape))
        return Entry(self.name, index, slopes.item(), *self.judge(C, slopes.item()))

    def agree(self, some: Tensor) -> bool:
        """Whether the slope is right along a direction that is random at some.

        No two mistakes cancel in it, and none hides where the direction is nearly zero. It is
        measured against the length of the gradient.
        """
        values = torch.rand(some.shape, generator=self.chance, dtype=torch.float64) + 0.5
        signs = torch.randint(2, some.shape, generator=self.chance) * 2 - 1
        values = values * signs
        C, slopes = self._along(some, values / math.sqrt(len(some)))
        return not self.judge(C, slopes.sum().item(), slopes.norm().item()).wrong

    def at_fault(self, some: Tensor) -> int:
        """The entry because of which some do not agree: in one half of them, and so on."""
        while len(some) > 1:
            half, other = some.tensor_split(2)
            some = other if self.agree(half) else half
        return int(some)

    def _along(self, some: Tensor, values: Tensor) -> tuple[Callable[[float], float], Tensor]:
        """C(θ + t v) as a function of t, where v is zero but for some values.

        Beside it the analytic ∂C/∂θ_i v_i of these, of which the slope at t = 0 is the sum.
        """
        start = self.x.detach().clone()
        v = torch.zeros(start.numel(), dtype=start.dtype).index_put((some,), values)
        v = v.view(start.shape)

        @torch.no_grad()
        def cost(t: float) -> float:
            self.x.copy_(start + t * v)
            C = self.cost.value().item()
            self.x.copy_(start)
            return C

        dθ = torch.zeros_like(values) if self.dx is None else self.dx.flatten()[some]
        return cost, dθ * values
