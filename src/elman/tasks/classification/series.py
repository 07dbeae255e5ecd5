"""Time series of several numbers a step, each with its class."""

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from elman.data.bad_lines import BadLines
from elman.data.fetch import Package
from elman.tasks.classification.data import ClassificationData
from elman.tasks.classification.example import Example
from elman.tasks.classification.nearest_neighbour import nearest_neighbours
from elman.tasks.classification.ts_format import Series, read_ts

# Nine speakers' recordings of two vowels as 12 coefficients of linear prediction a step: Kudo,
# Toyama and Shimbo, "Multidimensional curve classification using passing-through regions" (1999).
VOWELS = Package(
    name="aeon",
    version="1.6.0",
    sha256="d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
)
VOWELS_FILE = "aeon/datasets/data/JapaneseVowels/JapaneseVowels_{}.ts"


class SeriesClassificationData(ClassificationData):
    """Series of `.ts` files; if none are given, recorded speech.

    The format is that of `elman.tasks.classification.ts_format`.

    A batch is X, `(T, B, I)`, with its lengths, and the classes. Each of the I inputs has mean 0
    and standard deviation 1 over all time steps that are trained on.
    """

    package = VOWELS
    mean: Tensor  # (I)
    scale: Tensor  # (I)
    _dimensions: int | None = None  # I, once a series has been read

    @property
    def source(self) -> str:
        """What the series are, for people."""
        return "the vowels of nine speakers" if self.path is None else self.path

    @property
    def uses(self) -> dict[str, str]:
        """To tell the classes of series."""
        return {"let it tell": "classify.py path=FILE.ts"}

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide; before `setup` the least they can be."""
        if not hasattr(self, "mean"):
            return {"input_size": 1, "classes": 1}
        return {"input_size": len(self.mean), "classes": len(self.classes)}

    def fetched(self) -> tuple[list[Example], list[Example] | None]:
        """The recordings to train on, and those to test with."""
        with zipfile.ZipFile(self.wheel()) as archive:
            contents = [archive.read(VOWELS_FILE.format(part)) for part in ("TRAIN", "TEST")]
        train, test = (
            list(self.read(content.decode().split("\n"), BadLines(VOWELS.name, "error")))
            for content in contents
        )
        return train, test

    def read(self, lines: Sequence[str], bad: BadLines) -> Iterator[Example]:
        """The series of a `.ts` file, `(T, I)`."""
        for example in read_ts(lines, bad, self._dimensions):
            self._dimensions = example.sequence.shape[1]  # all files must have as many
            yield example

    def learn(self, sequences: Sequence[Series]) -> None:
        """Takes the mean and the standard deviation of each input."""
        X = torch.from_numpy(np.concatenate(sequences))  # (ΣT, I)
        self.mean, self.scale = X.mean(0), X.std(0, correction=0)
        self.scale[self.scale == 0] = 1

    def batch(self, sequences: Sequence[Series]) -> tuple[Tensor, Tensor]:
        """X, `(T, B, I)`, zero after the end of each sequence, and the lengths, `(B)`."""
        X = [(torch.from_numpy(each) - self.mean) / self.scale for each in sequences]
        return pad_sequence(X), torch.tensor([len(each) for each in X])

    def key(self, sequence: Series) -> bytes:
        """All numbers."""
        return sequence.tobytes()

    def baselines(self) -> dict[str, Tensor]:
        """`nearest_neighbour`: the class of the series nearest by dynamic time warping."""
        examples, y = zip(*self.splits["train"], *self.splits["validation"], strict=True)
        tested = [sequence for sequence, _ in self.splits["test"]]
        return {"nearest_neighbour": torch.tensor(nearest_neighbours(examples, y, tested))}

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint needs to make the same inputs of the same files."""
        learned = {"mean": self.mean.tolist(), "scale": self.scale.tolist()}
        return {**super().state_dict(), **learned}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over what a checkpoint was trained with."""
        super().load_state_dict(state)
        self.mean, self.scale = torch.tensor(state["mean"]), torch.tensor(state["scale"])
        self._dimensions = len(self.mean)
