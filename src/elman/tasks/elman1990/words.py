"""The report of the third experiment: words in a stream of letters without spaces."""

from pathlib import Path

from elman.tasks.elman1990.boundaries import boundaries
from elman.tasks.elman1990.plots import plot_boundaries, plot_stretch
from elman.tasks.elman1990.predictions import Predictions
from elman.tasks.elman1990.report import Report
from elman.training.runs.folder import BOUNDARIES, ERRORS


class WordsReport(Report):
    """The error is high at the first letter of a word and falls within it.

    Attributes:
        network: boundaries by the network's errors.
        exact: boundaries by the errors of the exact likelihoods.
        metrics: `first_error`, at the first letters of words; `other_error`, at the others;
            `f1`, `precision` and `recall` at the network's best threshold; `exact_f1`, the best F1
            with the exact likelihoods; and `always_f1`, with every letter a boundary.
    """

    def __init__(self, predictions: Predictions) -> None:
        self.predictions = predictions
        first = predictions.positions == 0
        self.network = boundaries(predictions.errors, first)
        self.exact = boundaries(predictions.floors, first)
        best = self.network.best
        self.metrics = {
            "first_error": float(predictions.errors[first].mean()),
            "other_error": float(predictions.errors[~first].mean()),
            "f1": float(self.network.f1[best]),
            "precision": float(self.network.precision[best]),
            "recall": float(self.network.recall[best]),
            "exact_f1": float(self.exact.f1.max()),
            "always_f1": float(2 * first.mean() / (first.mean() + 1)),
        }
        self.text = (
            "The squared error is {first_error:.3f} at the first letter of a word and"
            " {other_error:.3f} at the others; at best it is {first_floor:.3f} and"
            " {other_floor:.3f}.\n"
            "A boundary where it is at least {threshold:.2f}: precision {precision:.1%}, recall"
            " {recall:.1%}, F1 {f1:.3f} (exact likelihoods {exact_f1:.3f}, every letter a boundary"
            " {always_f1:.3f})."
        ).format(
            **self.metrics,
            threshold=self.network.threshold[best],
            first_floor=predictions.floors[first].mean(),
            other_floor=predictions.floors[~first].mean(),
        )

    def plot(self, folder: Path) -> None:
        """Draws the error along a part of the stream, and precision and recall by threshold."""
        rows = {"all bits": (self.predictions.errors, self.predictions.floors)}
        plot_stretch(self.predictions, rows, folder / ERRORS)
        plot_boundaries(self.network, self.exact, folder / BOUNDARIES)
