import math

import numpy as np
import pytest

from elman.checks import (
    MAX_SEED,
    check_at_least,
    check_choice,
    check_different,
    check_from_to,
    check_number,
    check_positive,
    check_seed,
)


def test_integers_from_the_minimum_on_are_accepted() -> None:
    assert check_at_least("n", 3, 3) == 3
    assert type(check_at_least("n", np.int64(4), 3)) is int
    assert check_seed("seed", 0) == 0


@pytest.mark.parametrize("number", [2, -1])
def test_smaller_ones_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match=f"^n must be at least 3, got {number}$"):
        check_at_least("n", number, 3)


@pytest.mark.parametrize("number", [3.0, "3", True, None])
def test_others_are_refused(number: object) -> None:
    with pytest.raises(TypeError, match=f"^seed must be an int, got {number!r}$"):
        check_seed("seed", number)  # type: ignore[arg-type]


def test_a_number_lies_between_its_bounds() -> None:
    assert [check_from_to("n", number, 2, 4) for number in (2, np.int64(4))] == [2, 4]
    assert check_seed("seed", MAX_SEED) == MAX_SEED
    with pytest.raises(ValueError, match=r"^seed must be from 0 to 4294967295, got 4294967296$"):
        check_seed("seed", MAX_SEED + 1)
    for number in (1, 5):
        with pytest.raises(ValueError, match=f"^n must be from 2 to 4, got {number}$"):
            check_from_to("n", number, 2, 4)
    with pytest.raises(TypeError, match=r"^n must be an int, got 2\.5$"):
        check_from_to("n", 2.5, 2, 4)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, "1", True, None])
def test_a_number_is_finite(number: object) -> None:
    with pytest.raises(ValueError, match=f"^n must be a finite number, got {number!r}$"):
        check_number("n", number)  # type: ignore[arg-type]
    check_number("n", -2.5)
    with pytest.raises(
        ValueError, match=f"^n must be a .*number greater than zero, got {number!r}"
    ):
        check_positive("n", number)  # type: ignore[arg-type]
    check_positive("n", 2.5)


def test_a_choice_is_one_of_a_list() -> None:
    check_choice("device", "cpu", ("cpu", "cuda"))
    with pytest.raises(ValueError, match=r"^device must be one of cpu, cuda, got 'gpu'$"):
        check_choice("device", "gpu", ("cpu", "cuda"))


def test_values_are_different() -> None:
    check_different("seeds", [0, 1])
    with pytest.raises(ValueError, match=r"^seeds must be different values, got \[1, 2, 1\]$"):
        check_different("seeds", [1, 2, 1])
    with pytest.raises(ValueError, match=r"^seeds must have at least one value, got \[\]$"):
        check_different("seeds", [])
