import numpy as np
import pytest

from elman.checks import check_at_least, check_seed


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
