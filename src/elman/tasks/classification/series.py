"""Multivariate time series with classes."""

import logging
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from elman.data.bad_lines import BadLines
from elman.data.fetch import Package
from elman.data.state import check_numbers
from elman.tasks.classification.baselines import nearest_neighbor
from elman.tasks.classification.data import ClassificationData
from elman.tasks.classification.example import Example
from elman.tasks.classification.ts_format import Series, read_ts

log = logging.getLogger(__name__)

# JapaneseVowels: recordings of two vowels by nine speakers, as 12 linear prediction coefficients
# for each time step. Kudo, Toyama and Shimbo, "Multidimensional curve classification using
# passing-through regions" (1999). The package aeon contains the files.
VOWELS = Package(
    name="aeon",
    version="1.6.0",
    sha256="d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
)
VOWELS_FILE = "aeon/datasets/data/JapaneseVowels/JapaneseVowels_{}.ts"


class SeriesClassificationData(ClassificationData):
    """Series of `.ts` files, see `elman.tasks.classification.ts_format`; by default, vowels.

    A batch is X `(T, B, I)` with the lengths `(B)`, and the classes `(B)`. Each of the I inputs is
    standardized to mean 0 and standard deviation 1 over all time steps of the training split.

    Attributes:
        mean: the mean of each input, `(I)`; set by `setup`.
        scale: the standard deviation of each input, `(I)`; set by `setup`.
    """

    package = VOWELS
    mean: Tensor
    scale: Tensor
    _dimensions: int | None = None  # I, after the first series has been read

    @property
    def source(self) -> str:
        """The name of the data set, or the path of the user's file."""
        return "the vowels of nine speakers" if self.path is None else self.path

    @property
    def uses(self) -> dict[str, str]:
        """Classifies the series of a file."""
        return {"classify": "classify.py path=FILE.ts"}

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of the network that depend on the data; before `setup`, their minimums."""
        if not hasattr(self, "mean"):
            return {"input_size": 1, "classes": 1}
        return {"input_size": len(self.mean), "classes": len(self.classes)}

    def packaged_examples(self) -> tuple[list[Example], list[Example] | None]:
        """The training recordings and the test recordings."""
        with zipfile.ZipFile(self.wheel()) as archive:
            contents = [archive.read(VOWELS_FILE.format(name)) for name in ("TRAIN", "TEST")]
        train, test = (
            list(self.read(content.decode().split("\n"), BadLines(VOWELS.name, "error")))
            for content in contents
        )
        return train, test

    def read(self, lines: Sequence[str], bad: BadLines) -> Iterator[Example]:
        """Reads the series of a `.ts` file, `(T, I)`."""
        for example in read_ts(lines, bad, self._dimensions):
            self._dimensions = example.sequence.shape[1]  # in all files
            yield example

    def fit(self, sequences: Sequence[Series]) -> None:
        """Computes the mean and the standard deviation of each input."""
        X = torch.from_numpy(np.concatenate(sequences))  # (ΣT, I)
        self.mean, self.scale = X.mean(0), X.std(0, correction=0)
        self.scale[self.scale == 0] = 1

    def batch(self, sequences: Sequence[Series]) -> tuple[Tensor, Tensor]:
        """X `(T, B, I)`, with zeros after the end of each series, and the lengths `(B)`."""
        X = [(torch.from_numpy(each) - self.mean) / self.scale for each in sequences]
        return pad_sequence(X), torch.tensor([len(each) for each in X])

    def key(self, sequence: Series) -> bytes:
        """The bytes of all numbers."""
        return sequence.tobytes()

    def baselines(self) -> dict[str, Tensor]:
        """`nearest_neighbour`: the class of the nearest series under dynamic time warping.

        Without the optional package for it, there is no baseline, and the log says so.
        """
        series, y = zip(*self.splits["train"], *self.splits["validation"], strict=True)
        test_series = [each for each, _ in self.splits["test"]]
        try:
            predictions = nearest_neighbor(series, y, test_series)
        except ImportError:
            log.warning(
                "The nearest-neighbour baseline is left out: it needs pip install 'elman[dtw]'"
            )
            return {}
        return {"nearest_neighbour": torch.from_numpy(predictions)}

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps, with the mean and the scale of the inputs."""
        fitted = {"mean": self.mean.tolist(), "scale": self.scale.tolist()}
        return {**super().state_dict(), **fitted}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores what a checkpoint kept."""
        super().load_state_dict(state)
        check_numbers(state, "mean")
        check_numbers(state, "scale", positive=True)
        if len(state["mean"]) != len(state["scale"]):
            raise ValueError("its 'mean' and 'scale' have different lengths")
        self.mean, self.scale = torch.tensor(state["mean"]), torch.tensor(state["scale"])
        self._dimensions = len(self.mean)
