"""Temporal order."""

import numpy as np
import torch
from torch import Tensor

from elman.checks import check_at_least
from elman.data.generated import GeneratedData

SIGNALS, DISTRACTORS = 2, 4  # symbols


class TemporalOrderData(GeneratedData):
    """The order of two signals in a sequence of distractors (Hochreiter & Schmidhuber 1997).

    The signals are A or B, one in the second tenth of the sequence and one in the fifth tenth
    (Pascanu et al. 2013); at all other time steps one of four distractors stands. The classes are
    AA, AB, BA and BB.

    A batch is a pair: X, one-hot symbols `(T, B, 6)`, and the classes `(B)`.

    Args:
        length: time steps T, at least 10.
        **generated: arguments of `GeneratedData`.

    Raises:
        TypeError, ValueError: an argument is out of range.
    """

    task = "temporal order"
    symbols = "ABcdef"  # the signals, then the distractors
    classes = ("AA", "AB", "BA", "BB")

    def __init__(self, length: int = 100, **generated: int) -> None:
        super().__init__(**generated)
        self.length = check_at_least("data.length", length, 10)

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data."""
        return {"input_size": SIGNALS + DISTRACTORS, "classes": SIGNALS**2}

    @property
    def baselines(self) -> dict[str, float]:
        """The accuracy of a guess."""
        return {"chance": 1 / SIGNALS**2}

    def generate(self, random: np.random.Generator, B: int) -> tuple[Tensor, Tensor]:
        """Generates B sequences and their classes."""
        T, n = self.length, np.arange(B)
        x = random.integers(SIGNALS, SIGNALS + DISTRACTORS, size=(T, B))
        first, second = random.integers(SIGNALS, size=(2, B))
        x[random.integers(T // 10, 2 * T // 10, size=B), n] = first
        x[random.integers(4 * T // 10, 5 * T // 10, size=B), n] = second
        X = np.eye(SIGNALS + DISTRACTORS, dtype=np.float32)[x]  # (T, B, 6)
        y = SIGNALS * first + second  # (B)
        return torch.from_numpy(X), torch.from_numpy(y)
