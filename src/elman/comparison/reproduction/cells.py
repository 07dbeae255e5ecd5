"""The trainings of the table. Each keeps its result in its folder, so no training runs twice."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from elman.api import train
from elman.cli.errors import sentence
from elman.cli.overrides import for_hydra
from elman.comparison.reproduction.rows import Row
from elman.training.checkpoints.stored_overrides import read_overrides
from elman.training.runs.folder import OVERRIDES, RESULT
from elman.training.runs.results import Result


@dataclass(frozen=True)
class Cell:
    """One training.

    Attributes:
        row: what it is to reach.
        rnn: the recurrent layer, "elman" or "torch".
        seed: of the weights and of generated data.
        folder: of the run.
    """

    row: Row
    rnn: str
    seed: int
    folder: Path

    @property
    def name(self) -> str:
        """The row, the layer and the seed."""
        return f"{self.row.name}, rnn={self.rnn}, seed={self.seed}"

    @property
    def overrides(self) -> list[str]:
        """The whole command line."""
        return [
            *self.row.overrides,
            f"rnn={self.rnn}",
            f"seed={self.seed}",
            f"output_dir='{self.folder}'",
        ]

    def result(self) -> Result | None:
        """The result of this training in its folder; None: it has not finished there."""
        if not (self.folder / RESULT).is_file():
            return None
        stored = read_overrides(self.folder / OVERRIDES)
        return Result.read(self.folder) if stored == for_hydra(self.overrides) else None

    def run(self) -> Result | str:
        """Trains, without any output; returns the result, or why there is none."""
        if (self.folder / OVERRIDES).is_file():
            shutil.rmtree(self.folder)  # interrupted, or with other overrides
        try:
            train(self.overrides, quiet=True)
        except Exception as error:  # the other trainings go on
            return sentence(error) or type(error).__name__
        return Result.read(self.folder)


def cells_of(
    rows: Sequence[Row], seeds: Sequence[int], torch_seeds: Sequence[int], output: Path
) -> list[Cell]:
    """The trainings of all rows: each with `rnn=elman`, and where it can with `rnn=torch`."""
    return [
        Cell(row, rnn, seed, output / row.name / f"{rnn}-{seed}")
        for row in rows
        for rnn, of_layer in (("elman", seeds), ("torch", torch_seeds if row.torch else ()))
        for seed in of_layer
    ]
