"""Copying from memory."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from elman.checks import check_size
from elman.data.generated import GeneratedData
from elman.training.objectives import Objective
from elman.training.sequence_cross_entropy import sequence_cross_entropy, sequence_step_costs

SYMBOLS, COPIED = 8, 10  # distinct symbols to copy; symbols in a sequence
BLANK, GO = SYMBOLS, SYMBOLS + 1
WIDTH = SYMBOLS + 2


def memoryless_cost(delay: int) -> float:
    """The cost of the best network without memory, in nats: `10 ln 8 / (T + 20)`.

    It predicts every blank, and each of the 8 symbols with the same probability.
    """
    return COPIED * math.log(SYMBOLS) / (delay + 2 * COPIED)


class CopyMemoryData(GeneratedData):
    """Ten symbols to repeat after a delay (Arjovsky et al. 2016).

    The input is 10 random symbols of 8, then T − 1 blanks, a signal and 10 blanks; the output is
    T + 10 blanks, then the symbols.

    A batch is a pair: X, one-hot symbols `(T + 20, B, 10)`, and the outputs' indices `(T + 20, B)`.

    Args:
        delay: T, time steps between the symbols and their copy.
        **generated: arguments of `GeneratedData`.

    Raises:
        TypeError, ValueError: an argument is out of range.
    """

    task = "copy memory"

    def __init__(self, delay: int = 100, **generated: int) -> None:
        super().__init__(**generated)
        self.delay = check_size("data.delay", delay)

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data."""
        return {"input_size": WIDTH, "output_size": SYMBOLS + 1}

    @property
    def symbols(self) -> Sequence[str]:
        """The numbers of the symbols to copy, the blank and the signal."""
        return [*map(str, range(SYMBOLS)), "–", "go"]

    @property
    def baselines(self) -> dict[str, float]:
        """The cost of a network without memory."""
        return {"memoryless": memoryless_cost(self.delay)}

    def generate(self, random: np.random.Generator, B: int) -> tuple[Tensor, Tensor]:
        """Generates B sequences and their outputs."""
        symbols = random.integers(SYMBOLS, size=(COPIED, B))
        x = np.full((self.delay + 2 * COPIED, B), BLANK)
        y = x.copy()
        x[:COPIED] = symbols
        x[COPIED + self.delay - 1] = GO
        y[-COPIED:] = symbols
        X = np.eye(WIDTH, dtype=np.float32)[x]  # (T + 20, B, 10)
        return torch.from_numpy(X), torch.from_numpy(y)


class CopyCost(Objective):
    """`C_t = −log softmax(O_t)_{y_t}`, averaged over all time steps."""

    summary = "cost {cost:.4f} nats"
    label = "cost in nats"
    softmax = True

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the time steps, in nats.

        Args:
            O: outputs, `(T + 20, B, 9)`.
            y: their indices, `(T + 20, B)`.

        Returns:
            C: scalar.
        """
        return sequence_cross_entropy(O, y)

    def step_costs(self, O: Tensor, y: Tensor) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        return sequence_step_costs(O, y)

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`cost`, and `copied`: the fraction of the symbols that are right."""
        right = O[-COPIED:].argmax(-1) == y[-COPIED:]
        return {"cost": cost, "copied": right.to(O.dtype).mean()}

    def count(self, y: Tensor) -> int:
        """The number of time steps of all sequences."""
        return y.numel()
