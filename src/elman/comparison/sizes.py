"""The sizes of a layer and its input."""

from typing import Any, NamedTuple

from elman.checks import check_size


class Sizes(NamedTuple):
    """T time steps, B sequences in a batch, I input features, H hidden units."""

    T: int
    B: int
    I: int
    H: int

    def __str__(self) -> str:
        return f"T={self.T}, B={self.B}, I={self.I}, H={self.H}"

    @property
    def row(self) -> str:
        """The four numbers, for a table whose heading is `HEADING`."""
        return ", ".join(map(str, self))

    @property
    def work(self) -> float:
        """A rough cost estimate for progress bars, in arbitrary units."""
        multiplications = self.B * self.H * (self.I + self.H)
        return self.T * (2e6 + multiplications)  # the first term is the overhead of a time step


HEADING = ", ".join(Sizes._fields)


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
        ValueError: it is not a list, or it is empty; the message names the `argument`.
    """
    if not isinstance(values, list) or not values:
        raise ValueError(f"{argument} must be a list of at least one value, got {values!r}")
    return values


def read_grid(argument: str, values: Any) -> list[Sizes]:
    """`values` as a list of sizes.

    Raises:
        TypeError, ValueError: it is not; the message names the `argument`.
    """
    return [read_sizes(argument, value) for value in read_list(argument, values)]
