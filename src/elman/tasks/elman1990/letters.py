"""The report of the second experiment: structure in letter sequences."""

from pathlib import Path

from elman.tasks.elman1990.corpora import FEATURES
from elman.tasks.elman1990.plots import plot_stretch
from elman.tasks.elman1990.predictions import Predictions
from elman.tasks.elman1990.report import Report
from elman.training.runs.folder import ERRORS

SHOWN = ("consonant", "high")  # the features of the paper's Figure 5


class LettersReport(Report):
    """The consonants are random, but tell how many vowels follow: these can be predicted.

    That a consonant follows can be predicted, too, but not which one.

    Attributes:
        metrics: `consonant_error` and `vowel_error`, of all six features; `feature_consonant_error`
            and `feature_high_error`, of one feature at the consonants.
    """

    def __init__(self, predictions: Predictions) -> None:
        self.predictions = predictions
        consonant = predictions.positions == 0
        errors, floors = predictions.errors, predictions.floors
        self.metrics = {
            "consonant_error": float(errors[consonant].mean()),
            "vowel_error": float(errors[~consonant].mean()),
        }
        for name in SHOWN:
            feature = predictions.bit_errors[:, FEATURES.index(name)]
            self.metrics[f"feature_{name}_error"] = float(feature[consonant].mean())
        self.text = (
            "The squared error is {consonant_error:.3f} at consonants and {vowel_error:.3f} at"
            " vowels; at best it is {consonant_floor:.3f} and {vowel_floor:.3f}.\n"
            "At consonants, the feature consonant has the error {feature_consonant_error:.3f}, and"
            " high, which differs among them, {feature_high_error:.3f}."
        ).format(
            **self.metrics,
            consonant_floor=floors[consonant].mean(),
            vowel_floor=floors[~consonant].mean(),
        )

    def plot(self, folder: Path) -> None:
        """Draws the errors along a part of the stream, as the paper's Figures 4 and 5."""
        predictions = self.predictions
        rows = {"all features": (predictions.errors, predictions.floors)}
        for name in SHOWN:
            k = FEATURES.index(name)
            rows[name] = predictions.bit_errors[:, k], predictions.bit_floors[:, k]
        plot_stretch(predictions, rows, folder / ERRORS)
