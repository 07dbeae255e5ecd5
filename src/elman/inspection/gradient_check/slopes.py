"""The slope of a cost along a direction without any calculus, also where the cost bends."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from elman.reference import finite_differences

Line = Callable[[float], float]  # t → C(θ + t v)


class Judgement(NamedTuple):
    """What finite differences say of a slope.

    Attributes:
        numeric: the slope by them.
        difference: from the analytic one, relative to the larger of the two or, where both are
            tiny, to the least that can be told from rounding.
        wrong: the difference is beyond the tolerance.
        kink: C bends within the step, as with a ReLU whose z is nearly 0; `numeric` is then the
            slope of the side that the analytic one is of, or of a smaller step.
    """

    numeric: float
    difference: float
    wrong: bool
    kink: bool


class Judge(NamedTuple):
    """Compares an analytic slope with finite differences.

    Attributes:
        step: ε.
        tolerance: the largest relative difference that is not wrong.
        rounding: how far rounding may put C off.
    """

    step: float
    tolerance: float
    rounding: float

    def __call__(self, C: Line, analytic: float, scale: float = 0.0) -> Judgement:
        """Judges `analytic`, which should be C′(0).

        Where C has a kink within the step, (C(ε) − C(−ε)) / 2ε is of no use. That is told by the
        slopes of the two sides, which then disagree: either may be the right one, and a smaller
        step may leave the kink outside. At a kink exactly, any slope between the two is right.

        Args:
            C: smooth, or piecewise so.
            analytic: the slope to judge.
            scale: what the difference is measured against, if that is larger than the slopes.
        """

        def difference(one: float, other: float, step: float) -> float:
            least = self.rounding / step / self.tolerance
            gap = abs(one - other) / max(abs(one), abs(other), scale, least)
            return gap if math.isfinite(gap) else math.inf

        central = _central(C, self.step)
        first = difference(analytic, central, self.step)
        if first <= self.tolerance:
            return Judgement(central, first, wrong=False, kink=False)
        for step in (self.step, self.step / 10, self.step / 100):
            sides = _left(C, step), _right(C, step)
            smooth = difference(*sides, step) <= self.tolerance
            for numeric in [_central(C, step)] if smooth else sides:
                found = difference(analytic, numeric, step)
                if found <= self.tolerance:
                    return Judgement(numeric, found, wrong=False, kink=True)
            if smooth:
                return Judgement(_central(C, step), found, wrong=True, kink=False)
        if min(sides) <= analytic <= max(sides):
            return Judgement(analytic, 0.0, wrong=False, kink=True)
        return Judgement(central, first, wrong=True, kink=False)


def _central(C: Line, step: float) -> float:
    # C′(0) ≈ (C(ε) − C(−ε)) / 2ε
    return float(finite_differences(lambda t: C(float(t[0])), np.zeros(1), step)[0])


def _right(C: Line, step: float) -> float:
    # C′(0) ≈ (4 C(ε) − C(2ε) − 3 C(0)) / 2ε, from one side, with an error of the order of ε² too
    return (4 * C(step) - C(2 * step) - 3 * C(0.0)) / (2 * step)


def _left(C: Line, step: float) -> float:
    return -_right(lambda t: C(-t), step)
