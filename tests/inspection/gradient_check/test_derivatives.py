import math
from collections.abc import Callable

import pytest

from elman.inspection.gradient_check.derivatives import DerivativeChecker

compare = DerivativeChecker(step=1e-5, tolerance=1e-5, rounding_error=1e-14)


def relu(t: float) -> float:
    return max(t, 0.0)


def test_correct_derivative_of_a_smooth_cost() -> None:
    result = compare(lambda t: math.exp(2 * t), 2.0)
    assert result.numeric == pytest.approx(2, rel=1e-8)
    assert result.difference < 1e-8
    assert not result.wrong
    assert not result.kink


@pytest.mark.parametrize("analytic", [-2.0, 2.001, 1.0, 0.0, math.nan, math.inf])
def test_wrong_derivative_of_a_smooth_cost(analytic: float) -> None:
    result = compare(lambda t: math.exp(2 * t), analytic)
    assert result.numeric == pytest.approx(2, rel=1e-8)
    assert result.wrong
    assert not result.kink
    if math.isfinite(analytic):
        assert result.difference == pytest.approx(abs(analytic - 2) / max(abs(analytic), 2), 1e-6)
    else:
        assert result.difference == math.inf


@pytest.mark.parametrize("z", [3e-6, -3e-6, 3e-7, -1.5e-5])
def test_near_a_kink_only_the_derivative_of_the_same_side_passes(z: float) -> None:
    def C(t: float) -> float:
        return 3 * t + relu(z + t)

    own, other = (4.0, 3.0) if z > 0 else (3.0, 4.0)
    result = compare(C, own)
    assert not result.wrong
    assert result.numeric == pytest.approx(own, rel=1e-6)
    assert result.kink == (abs(z) < 1e-5)
    for analytic in (other, -own, own / 2, 3.5, 5.0):
        assert compare(C, analytic).wrong, analytic


def test_between_two_kinks_the_step_shrinks() -> None:
    def C(t: float) -> float:
        return relu(t + 4e-6) - 2 * relu(t - 3e-6)

    assert not compare(C, 1.0).wrong
    assert compare(C, 1.0).kink
    for analytic in (-1.0, 0.5, 2.0):
        assert compare(C, analytic).wrong


@pytest.mark.parametrize("analytic", [0.0, 0.2, 1.0])
def test_every_subgradient_passes_at_a_kink(analytic: float) -> None:
    result = compare(relu, analytic)
    assert (result.numeric, result.wrong, result.kink) == (pytest.approx(analytic), False, True)


@pytest.mark.parametrize("analytic", [-1.0, -0.01, 1.01, 2.0])
def test_no_other_value_passes_at_a_kink(analytic: float) -> None:
    assert compare(relu, analytic).wrong


@pytest.mark.parametrize("C", [lambda t: float(t > 0), lambda t: math.floor(1e7 * t) / 1e7])
def test_a_discontinuity_is_not_a_kink(C: Callable[[float], float]) -> None:
    assert compare(C, -1.0).wrong


def test_at_a_kink_the_difference_refers_to_the_central_difference() -> None:
    result = compare(relu, 2.0)
    assert (result.numeric, result.difference) == (pytest.approx(0.5), pytest.approx(0.75))


def test_differences_below_the_rounding_error_pass() -> None:
    assert not compare(lambda t: 1 + 1e-13 * t, 2e-13).wrong
    assert compare(lambda t: 1 + 1e-3 * t, 2e-3).wrong


def test_the_difference_is_relative_to_the_scale() -> None:
    assert compare(lambda t: t, 1.001).wrong
    assert not compare(lambda t: t, 1.001, scale=1000).wrong
