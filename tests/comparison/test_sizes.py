from typing import Any

import pytest

from elman.comparison.sizes import Sizes, read_list, read_sizes


def test_sizes() -> None:
    sizes = read_sizes("speed.sizes", [100, 32, 28, 128])
    assert sizes == Sizes(T=100, B=32, I=28, H=128)
    assert str(sizes) == "T=100, B=32, I=28, H=128"
    assert sizes.row == "100, 32, 28, 128"


def test_work_grows_with_every_size() -> None:
    sizes = Sizes(100, 32, 28, 128)
    for symbol, size in sizes._asdict().items():
        assert sizes._replace(**{symbol: 2 * size}).work > sizes.work


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([100, 32, 28], r"speed.sizes must be four sizes \[T, B, I, H\], got \[100, 32, 28\]"),
        (100, "speed.sizes must be four sizes"),
        ([100, 0, 28, 128], "speed.sizes: B must be greater than zero, got 0"),
        ([100, 32, 28, 1.5], "speed.sizes: H must be an int, got 1.5"),
    ],
)
def test_invalid_sizes(value: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        read_sizes("speed.sizes", value)


@pytest.mark.parametrize("value", [[], None, 3])
def test_invalid_list(value: Any) -> None:
    with pytest.raises(ValueError, match="must be a list of at least one value, got"):
        read_list("parity.sizes", value)
