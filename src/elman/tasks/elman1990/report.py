"""What the reports of the four experiments have in common."""

from abc import ABC, abstractmethod
from pathlib import Path

from elman.tasks.elman1990.predictions import Predictions


class Report(ABC):
    """What a test of one experiment shows.

    Args:
        predictions: of the test stream.

    Attributes:
        metrics: figures of the test, by name.
        text: the result in words.
    """

    metrics: dict[str, float]
    text: str

    @abstractmethod
    def __init__(self, predictions: Predictions) -> None: ...

    @abstractmethod
    def plot(self, folder: Path) -> None:
        """Draws the result into a folder."""
