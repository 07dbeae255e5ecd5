"""Compares analytic and numeric gradients of any layer or network."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from elman.checks import check_positive, check_size
from elman.inspection.float64 import to_float64
from elman.inspection.gradient_check.cost import OutputCost
from elman.inspection.gradient_check.derivatives import DerivativeChecker


@dataclass(frozen=True)
class Entry:
    """One partial derivative ∂C/∂θ_i, computed in both ways.

    Attributes:
        name: of θ.
        index: i.
        analytic: the value by autograd.
        numeric: the value by finite differences.
        difference: the relative difference of the two.
        wrong: the difference exceeds the tolerance.
        kink: C has a kink within the step, see `Comparison`.
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


class TensorCheck(NamedTuple):
    """The result for one parameter or input θ.

    Attributes:
        name: of the parameter, or "input " and the argument's name in `forward`.
        shape: of θ.
        entries: the entries checked individually, sorted by difference, wrong ones first.
        grouped: the number of entries checked together, along random directions.
        group_passed: these entries passed. If not, a wrong one was searched for and is in
            `entries`.
        used: autograd found a path from θ to the outputs.
    """

    name: str
    shape: tuple[int, ...]
    entries: list[Entry]
    grouped: int
    group_passed: bool
    used: bool

    @property
    def wrong(self) -> list[Entry]:
        """The entries that exceed the tolerance, sorted by difference."""
        return [entry for entry in self.entries if entry.wrong]


def check_gradients(
    layer: nn.Module,
    inputs: Sequence[Any],
    entries: int | None = 20,
    step: float = 1e-5,
    tolerance: float = 1e-5,
    seed: int = 0,
) -> list[TensorCheck]:
    """Compares ∂C/∂θ by autograd with `(C(θ + ε) − C(θ − ε)) / 2ε`, for `C = Σ R O`, R random.

    The check uses a copy of the layer in float64 and evaluation mode. For a large θ it checks some
    entries individually. It checks the others together, as the directional derivative along a
    random direction. If that one is wrong, a binary search finds a wrong entry.

    Args:
        layer: any module; its output may contain tensors at any depth.
        inputs: arguments of `forward`; gradients of the floating-point ones are checked too.
        entries: the number of entries checked individually in each tensor; None: all.
        step: ε.
        tolerance: the largest relative difference that passes.
        seed: for R, the choice of entries and the directions.

    Returns:
        A result for each parameter, then for each floating-point input.

    Raises:
        TypeError, ValueError: a value is out of range, the layer cannot be checked (see
            `OutputCost`), or its backward pass raises.
    """
    if entries is not None:
        check_size("entries", entries)
    check_positive("step", step)
    check_positive("tolerance", tolerance)
    generator = torch.Generator().manual_seed(seed)
    layer = copy.deepcopy(layer).double().eval()
    cost = OutputCost(layer, to_float64(list(inputs)), generator)
    compare = DerivativeChecker(step, tolerance, cost.rounding_error)
    tensors = cost.differentiable()
    gradients = cost.gradients(list(tensors.values()))
    return [
        _check(_Tensor(name, x, dx, cost, compare, generator), entries)
        for (name, x), dx in zip(tensors.items(), gradients, strict=True)
    ]


def _check(θ: "_Tensor", entries: int | None) -> TensorCheck:
    order = torch.randperm(θ.x.numel(), generator=θ.generator)
    individual, group = order[:entries], order[len(order[:entries]) :]
    checked = [θ.check_entry(int(i)) for i in individual.sort().values]
    passed = len(group) == 0 or θ.check_group(group)
    if not passed:
        checked.append(θ.check_entry(θ.find_wrong_entry(group)))
        group = group[1:]  # one of them was checked individually
    checked.sort(key=lambda entry: (entry.wrong, entry.difference), reverse=True)
    return TensorCheck(θ.name, tuple(θ.x.shape), checked, len(group), passed, used=θ.dx is not None)


class _Tensor(NamedTuple):
    """A parameter or an input θ, with its gradient by autograd."""

    name: str
    x: Tensor
    dx: Tensor | None
    cost: OutputCost
    compare: DerivativeChecker
    generator: torch.Generator

    def check_entry(self, i: int) -> Entry:
        """Checks ∂C/∂θ_i."""
        C, derivatives = self._along(torch.tensor([i]), torch.ones(1, dtype=torch.float64))
        index = tuple(int(k) for k in np.unravel_index(i, self.x.shape))
        analytic = derivatives.item()
        return Entry(self.name, index, analytic, *self.compare(C, analytic))

    def check_group(self, group: Tensor) -> bool:
        """Checks the directional derivative along a random direction in the entries of a group.

        The direction's components have random signs, so that errors do not cancel, and magnitudes
        of at least 0.5, so that none is hidden. The difference is relative to the gradient's norm.
        """
        magnitudes = torch.rand(group.shape, generator=self.generator, dtype=torch.float64) + 0.5
        signs = torch.randint(2, group.shape, generator=self.generator) * 2 - 1
        C, derivatives = self._along(group, magnitudes * signs / math.sqrt(len(group)))
        return not self.compare(C, derivatives.sum().item(), derivatives.norm().item()).wrong

    def find_wrong_entry(self, group: Tensor) -> int:
        """Finds a wrong entry in a group that failed, by binary search."""
        while len(group) > 1:
            half, other = group.tensor_split(2)
            group = other if self.check_group(half) else half
        return int(group)

    def _along(self, group: Tensor, values: Tensor) -> tuple[Callable[[float], float], Tensor]:
        """C(θ + t v) as a function of t, where v has the given values in a group, else zeros.

        Also returns the analytic ∂C/∂θ_i v_i of the group. Their sum is the derivative at t = 0.
        """
        start = self.x.detach().clone()
        v = torch.zeros(start.numel(), dtype=start.dtype).index_put((group,), values)
        v = v.view(start.shape)

        @torch.no_grad()
        def cost(t: float) -> float:
            self.x.copy_(start + t * v)
            C = self.cost.value().item()
            self.x.copy_(start)
            return C

        dθ = torch.zeros_like(values) if self.dx is None else self.dx.flatten()[group]
        return cost, dθ * values
