"""The adding problem."""

import numpy as np
import torch
from torch import Tensor

from elman.checks import check_at_least
from elman.data.generated import GeneratedData
from elman.training.objectives import Objective

CONSTANT_ANSWER = 1 / 6  # mean squared error of the answer 1: twice the variance 1/12 of a number


class AddingData(GeneratedData):
    """The sum of the two marked numbers of a sequence (Hochreiter & Schmidhuber 1997).

    The numbers are uniform in 0 … 1. One is marked in the first half of the sequence, one in the
    second.

    A batch is a pair: X `(T, B, 2)`, the numbers and the marks (1, else 0), and the sums `(B)`.

    Args:
        length: time steps T, at least 2.
        **generated: arguments of `GeneratedData`.

    Raises:
        TypeError, ValueError: an argument is out of range.
    """

    task = "adding"

    def __init__(self, length: int = 100, **generated: int) -> None:
        super().__init__(**generated)
        self.length = check_at_least("data.length", length, 2)

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data."""
        return {"input_size": 2, "classes": 1}

    @property
    def baselines(self) -> dict[str, float]:
        """The mean squared error of the answer 1 to every sequence."""
        return {"constant_answer": CONSTANT_ANSWER}

    def generate(self, random: np.random.Generator, B: int) -> tuple[Tensor, Tensor]:
        """Generates B sequences and their sums."""
        T, half, n = self.length, self.length // 2, np.arange(B)
        x = random.random((T, B), dtype=np.float32)
        mark = np.zeros_like(x)
        mark[random.integers(half, size=B), n] = 1
        mark[random.integers(half, T, size=B), n] = 1
        X = np.stack([x, mark], axis=2)  # (T, B, 2)
        y = (mark * x).sum(0)  # (B)
        return torch.from_numpy(X), torch.from_numpy(y)


class SumError(Objective):
    """`C = (O − y)²`, the mean over the sequences."""

    metric = "mse"
    summary = "mean squared error {mse:.4f}"
    label = "mean squared error"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the sequences.

        Args:
            O: outputs, `(B, 1)`.
            y: sums, `(B)`.

        Returns:
            C: scalar.
        """
        return (O[:, 0] - y).square().mean()

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:  # noqa: ARG002
        """`mse`: the cost."""
        return {"mse": cost}
