import math
from collections.abc import Callable

import pytest

from elman.inspection.gradient_check.slopes import Judge

judge = Judge(step=1e-5, tolerance=1e-5, rounding=1e-14)


def relu(t: float) -> float:
    return max(t, 0.0)


def test_a_right_slope_of_a_smooth_cost() -> None:
    found = judge(lambda t: math.exp(2 * t), 2.0)
    assert found.numeric == pytest.approx(2, rel=1e-8)
    assert found.difference < 1e-8
    assert not found.wrong
    assert not found.kink


@pytest.mark.parametrize("analytic", [-2.0, 2.001, 1.0, 0.0, math.nan, math.inf])
def test_a_wrong_slope_of_a_smooth_cost(analytic: float) -> None:
    found = judge(lambda t: math.exp(2 * t), analytic)
    assert found.numeric == pytest.approx(2, rel=1e-8)
    assert found.wrong
    assert not found.kink
    if math.isfinite(analytic):
        assert found.difference == pytest.approx(abs(analytic - 2) / max(abs(analytic), 2), 1e-6)
    else:
        assert found.difference == math.inf


@pytest.mark.parametrize("z", [3e-6, -3e-6, 3e-7, -1.5e-5])
def test_beside_a_kink_the_slope_of_its_own_side_is_right(z: float) -> None:
    def C(t: float) -> float:
        return 3 * t + relu(z + t)

    own, other = (4.0, 3.0) if z > 0 else (3.0, 4.0)
    right = judge(C, own)
    assert not right.wrong
    assert right.numeric == pytest.approx(own, rel=1e-6)
    assert right.kink == (abs(z) < 1e-5)
    for analytic in (other, -own, own / 2, 3.5, 5.0):
        assert judge(C, analytic).wrong, analytic


def test_between_two_kinks_a_smaller_step_decides() -> None:
    def C(t: float) -> float:
        return relu(t + 4e-6) - 2 * relu(t - 3e-6)

    assert not judge(C, 1.0).wrong
    assert judge(C, 1.0).kink
    for analytic in (-1.0, 0.5, 2.0):
        assert judge(C, analytic).wrong


@pytest.mark.parametrize("analytic", [0.0, 0.2, 1.0])
def test_on_a_kink_any_slope_between_the_sides_is_right(analytic: float) -> None:
    found = judge(relu, analytic)
    assert (found.numeric, found.wrong, found.kink) == (pytest.approx(analytic), False, True)


@pytest.mark.parametrize("analytic", [-1.0, -0.01, 1.01, 2.0])
def test_on_a_kink_any_other_slope_is_wrong(analytic: float) -> None:
    assert judge(relu, analytic).wrong


@pytest.mark.parametrize("C", [lambda t: float(t > 0), lambda t: math.floor(1e7 * t) / 1e7])
def test_a_jump_is_not_taken_for_a_kink(C: Callable[[float], float]) -> None:
    assert judge(C, -1.0).wrong


def test_a_wrong_slope_on_a_kink_is_measured_against_the_slope_across_it() -> None:
    found = judge(relu, 2.0)
    assert (found.numeric, found.difference) == (pytest.approx(0.5), pytest.approx(0.75))


def test_what_rounding_hides_is_not_called_wrong() -> None:
    assert not judge(lambda t: 1 + 1e-13 * t, 2e-13).wrong
    assert judge(lambda t: 1 + 1e-3 * t, 2e-3).wrong


def test_a_difference_is_measured_against_the_scale_given() -> None:
    assert judge(lambda t: t, 1.001).wrong
    assert not judge(lambda t: t, 1.001, scale=1000).wrong
