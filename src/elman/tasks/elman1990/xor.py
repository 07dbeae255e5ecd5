"""The report of the first experiment: the exclusive or in time."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from elman.tasks.elman1990.plots import plot_positions
from elman.tasks.elman1990.predictions import Floats, Predictions
from elman.tasks.elman1990.report import Report
from elman.training.runs.folder import ERRORS

CYCLE = 12  # positions that the paper's Figure 3 averages over
# With the last two bits, but without knowing where a three begins, the next bit is their exclusive
# or with probability 1/3 + 2/3 · 1/2 = 2/3. The best prediction, 2/3 or 1/3, then has the errors
LAST_TWO_BITS = np.array([5 / 18, 5 / 18, 1 / 9])  # ½ (1/3)² + ½ (2/3)² twice, and (1/3)²


class XorReport(Report):
    """The error falls at every third bit, the exclusive or of the two before.

    Attributes:
        errors: the squared error at each position of the cycle, `(12)`.
        floors: the same of the exact likelihoods, `(12)`.
        metrics: `third_error`, at every third bit; `other_error`, at the others.
    """

    def __init__(self, predictions: Predictions) -> None:
        time = np.arange(1, len(predictions.stream.symbols))  # of the bits to predict
        self.errors = _by_position(predictions.errors, time)
        self.floors = _by_position(predictions.floors, time)
        third = predictions.positions == 2
        self.metrics = {
            "third_error": float(predictions.errors[third].mean()),
            "other_error": float(predictions.errors[~third].mean()),
        }
        self.text = (
            "The squared error is {third_error:.3f} at every third bit, the exclusive or of the two"
            " before it, and {other_error:.3f} at the others.\n"
            "At best it is 0 and 0.25; for who knows the last two bits, but not which one is the"
            " third, 0.111 and 0.278."
        ).format(**self.metrics)

    def plot(self, folder: Path) -> None:
        """Draws the error at each position of the cycle, as the paper's Figure 3."""
        references = {
            "exact likelihoods": self.floors,
            "from the last two bits": np.tile(LAST_TWO_BITS, CYCLE // 3),
        }
        plot_positions(self.errors, references, folder / ERRORS)


def _by_position(errors: Floats, time: NDArray[np.int64]) -> Floats:
    """The mean error at each position of the cycle, `(T), (T) → (12)`."""
    return np.array([errors[time % CYCLE == position].mean() for position in range(CYCLE)])
