"""The sizes at which the two layers are compared."""

from typing import Any, NamedTuple

from elman.checks import check_size


class Sizes(NamedTuple):
    """T time steps, B sequences in a batch, I inputs, H hidden units."""

    T: int
    B: int
    I: int
    H: int

    def __str__(self) -> str:
        return f"T={self.T}, B={self.B}, I={self.I}, H={self.H}"

    @property
    def work(self) -> float:
        """About how long a step takes, in no unit, to tell how much of a grid is done."""
        multiplications = self.B * self.H * (self.I + self.H)
        return self.T * (2e6 + multiplications)  # the first: what a time step takes at any size


def read_sizes(argument: str, value: Any) -> Sizes:
    """`value` as sizes.

    Raises:
        TypeError, ValueError: it is not four positive ints; the message names the `argument`.
    """
    if not isinstance(value, list) or len(value) != len(Sizes._fields):
        raise ValueError(f"{argument} must be four sizes [T, B, I, H], got {value!r}")
    sizes = Sizes(*value)
    for symbol, size in sizes._asdict().items():
        check_size(f"{argument}: {symbol}", size)
    return sizes


def read_list(argument: str, values: Any) -> list[Any]:
    """`values`, which must be a list.

    Raises:
        ValueError: it is none, or empty; the message names the `argument`.
    """
    if not isinstance(values, list) or not values:
        raise ValueError(f"{argument} must be a list of at least one value, got {values!r}")
    return values
