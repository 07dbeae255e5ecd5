"""The sizes of a layer and its input."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from elman.checks import check_size
from elman.memory import check_memory


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

    @property
    def bytes(self) -> int:
        """About what a training step of one layer needs in float32."""
        states = self.T * self.B * (self.I + 3 * self.H)  # X, XU, h and ∂C/∂a
        return 4 * (states + 3 * self.H * (self.I + self.H))  # U, V, their gradients, and Vᵀ


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


def check_fit(argument: str, grid: Sequence[Sizes], device: torch.device) -> None:
    """Raises ValueError unless a training step with any of these sizes fits into the memory."""
    largest = max(grid, key=lambda sizes: sizes.bytes)
    what = f"{argument}: training steps with {largest}"
    check_memory(largest.bytes, what, "give smaller sizes", device)


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
