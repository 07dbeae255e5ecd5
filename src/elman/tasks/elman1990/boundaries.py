"""Boundaries of words where the error is high."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from elman.tasks.elman1990.predictions import Floats


class Boundaries(NamedTuple):
    """Letters whose error is at least a threshold, taken as the first letters of words.

    Attributes:
        threshold: from low to high, `(N)`.
        precision: at each threshold, `(N)`.
        recall: at each threshold, `(N)`.
    """

    threshold: Floats
    precision: Floats
    recall: Floats

    @property
    def f1(self) -> Floats:
        """`2 P R / (P + R)`, `(N)`."""
        sums = self.precision + self.recall
        return 2 * self.precision * self.recall / np.where(sums > 0, sums, 1)

    @property
    def best(self) -> int:
        """The index of the threshold with the highest F1."""
        return int(self.f1.argmax())


def boundaries(errors: Floats, first: NDArray[np.bool_]) -> Boundaries:
    """Precision and recall by threshold on the errors.

    Args:
        errors: of each letter, `(T)`.
        first: whether it is the first of a word, `(T)`.
    """
    precision, recall, threshold = precision_recall_curve(first, errors)
    return Boundaries(threshold, precision[:-1], recall[:-1])  # the last has no threshold
