"""The language a^n b^n."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from elman.checks import check_size
from elman.data.generated import GeneratedData
from elman.tasks.memory.next_symbols import all_right

LARGEST = 100  # n up to which a test looks for the first wrong string


class AnBnData(GeneratedData):
    """Strings of n letters a, then n letters b (Gers & Schmidhuber 2001).

    After each a, both a and b may come next. From the first b on, the network must have counted: n
    letters b, then the end.

    A batch is a pair: X, one-hot letters `(T, B, 2)`, and y, the probabilities of a, b and the end
    to come next, `(T, B, 3)`. After the end of a string both are zero.

    Args:
        largest: n is uniform in 1 … largest.
        **generated: arguments of `GeneratedData`.

    Raises:
        TypeError, ValueError: an argument is out of range.
    """

    task = "anbn"

    def __init__(self, largest: int = 10, **generated: int) -> None:
        super().__init__(**generated)
        self.largest = check_size("data.largest", largest)

    @property
    def symbols(self) -> Sequence[str]:
        """The letters, and the end, which only the targets have."""
        return ["a", "b", "end"]

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data."""
        return {"input_size": 2, "output_size": 3}

    def generate(self, random: np.random.Generator, B: int) -> tuple[Tensor, Tensor]:
        """Generates B strings and what may come next in them."""
        return strings(random.integers(1, self.largest + 1, size=B))

    @torch.no_grad()
    def further_metrics(self, network: nn.Module) -> dict[str, float]:
        """`largest_n`: the strings of all n up to this one are right, at most 100."""
        X, y = strings(np.arange(1, LARGEST + 1))
        device = next(network.parameters()).device
        right = all_right(network(X.to(device)), y.to(device)).all(0)
        return {"largest_n": float(right.long().cumprod(0).sum())}


def strings(n: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
    """The strings of these n, `(B)`, with what may come next: `(T, B, 2)`, `(T, B, 3)`."""
    t = np.arange(1, 2 * n.max() + 1)[:, None]  # letters read, (T, 1)
    is_a, is_b = t <= n, (n < t) & (t <= 2 * n)  # (T, B)
    X = np.stack([is_a, is_b], axis=-1)
    y = np.stack([is_a / 2, is_a / 2 + (is_b & (t < 2 * n)), t == 2 * n], axis=-1)
    return torch.from_numpy(X).float(), torch.from_numpy(y).float()
