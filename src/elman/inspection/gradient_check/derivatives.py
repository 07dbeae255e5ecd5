"""Compares an analytic derivative with finite differences, also near a kink of the cost."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from elman.reference import finite_differences

Function = Callable[[float], float]  # t → C(θ + t v)


class Comparison(NamedTuple):
    """The result of comparing an analytic derivative with a numeric one.

    Attributes:
        numeric: the derivative by finite differences.
        difference: |analytic − numeric|, relative to the larger of the two. If both are tiny, it
            is relative to the smallest derivative that rounding errors in C allow to detect.
        wrong: the difference exceeds the tolerance.
        kink: C has a kink within the step, such as a ReLU whose z is close to 0. Then `numeric` is
            the one-sided derivative that the analytic one matches, or uses a smaller step.
    """

    numeric: float
    difference: float
    wrong: bool
    kink: bool


class DerivativeChecker(NamedTuple):
    """Compares analytic derivatives with finite differences.

    Attributes:
        step: ε.
        tolerance: the largest relative difference that passes.
        rounding_error: a bound on the rounding error of C.
    """

    step: float
    tolerance: float
    rounding_error: float

    def __call__(self, C: Function, analytic: float, scale: float = 0.0) -> Comparison:
        """Compares `analytic` with a finite-difference estimate of C′(0).

        If C has a kink within the step, (C(ε) − C(−ε)) / 2ε does not approximate C′(0). The
        one-sided derivatives reveal this, because they disagree. `analytic` then passes if it
        matches one of them, or if it passes at a smaller step, which may exclude the kink. At the
        kink itself, every value between the one-sided derivatives is a valid subgradient.

        Args:
            C: smooth or piecewise smooth.
            analytic: the derivative to check.
            scale: the difference is relative to this value if it exceeds both derivatives.
        """

        def difference(one: float, other: float, step: float) -> float:
            detectable = self.rounding_error / step / self.tolerance
            relative = abs(one - other) / max(abs(one), abs(other), scale, detectable)
            return relative if math.isfinite(relative) else math.inf

        central = _central(C, self.step)
        first = difference(analytic, central, self.step)
        if first <= self.tolerance:
            return Comparison(central, first, wrong=False, kink=False)
        for step in (self.step, self.step / 10, self.step / 100):
            one_sided = _left(C, step), _right(C, step)
            smooth = difference(*one_sided, step) <= self.tolerance
            for numeric in [_central(C, step)] if smooth else one_sided:
                gap = difference(analytic, numeric, step)
                if gap <= self.tolerance:
                    return Comparison(numeric, gap, wrong=False, kink=True)
            if smooth:
                return Comparison(_central(C, step), gap, wrong=True, kink=False)
        if min(one_sided) <= analytic <= max(one_sided):
            return Comparison(analytic, 0.0, wrong=False, kink=True)
        return Comparison(central, first, wrong=True, kink=False)


def _central(C: Function, step: float) -> float:
    # C′(0) ≈ (C(ε) − C(−ε)) / 2ε
    return float(finite_differences(lambda t: C(float(t[0])), np.zeros(1), step)[0])


def _right(C: Function, step: float) -> float:
    # C′(0⁺) ≈ (4 C(ε) − C(2ε) − 3 C(0)) / 2ε, with an error of order ε²
    return (4 * C(step) - C(2 * step) - 3 * C(0.0)) / (2 * step)


def _left(C: Function, step: float) -> float:
    return -_right(lambda t: C(-t), step)
