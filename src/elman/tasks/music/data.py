"""Chorales of Bach, or the user's own pieces, as piano rolls."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from elman.checks import check_seed, check_size
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, split_counts
from elman.tasks.music.musicxml import NOTES, Roll, read_musicxml
from elman.tasks.music.tunes import split_by_tune

# A toolkit for music (BSD licence) whose corpus has Bach's chorales, encoded by Margaret Greentree
# and others.
CHORALES = Package(
    name="music21",
    version="10.5.1",
    sha256="dc3309498c4c95cebdf8d4f20c868deb6b63bce1d929cad4f51a7ccc982987b1",
)
FOLDER = "music21/corpus/bach/"
VOICES = 4  # the corpus also has movements with instruments; those with more voices are left out
ENDINGS = (".mxl", ".musicxml", ".xml")
LOWEST_SHIFT, HIGHEST_SHIFT = -5, 6  # semitones; a piece in each of the twelve keys

Batch = tuple[Tensor, tuple[Tensor, Tensor]]  # X, (y, mask)


class MusicData(DataModule):
    """Pieces in three splits; arrangements of the same tune are in the same split.

    The inputs of a batch are the notes that sound at each quarter note, X `(T, B, 88)`, 1 or 0;
    the targets are the notes of the next quarter note, `(T, B, 88)`, and a mask that is true where
    there is one, `(T, B)`. In each epoch every training piece is transposed by a random interval.

    Args:
        path: a folder of MusicXML files (`.mxl`, `.musicxml`, `.xml`); None: chorales of Bach.
        directory: the folder for downloaded packages.
        batch_size: number of pieces in a batch.
        validation: size of the validation split; an int is a number of pieces, a float a fraction.
        test: size of the test split, an int or a float like `validation`.
        seed: the seed of the random split.

    Attributes:
        splits: "train", "validation" and "test": piano rolls, `(T, 88)`; set by `setup`.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    splits: dict[str, list[Tensor]]

    def __init__(
        self,
        path: str | None = None,
        directory: str = "data",
        batch_size: int = 8,
        validation: Size = 0.2,
        test: Size = 0.2,
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        check_size("data.batch_size", batch_size)
        check_split_sizes(validation, test)
        self.batch_size = batch_size
        self.validation = validation
        self.test = test
        self.seed = check_seed("data.seed", seed)

    @property
    def source(self) -> str:
        """The name of the pieces, or the path of the user's folder."""
        return "Bach's chorales" if self.path is None else self.path

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self.splits['train']):,} pieces of {self.source}"

    @property
    def test_description(self) -> str:
        """The test data in words."""
        return f"{len(self.splits['test']):,} pieces of {self.source}"

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of the network that depend on the data."""
        return {"input_size": NOTES, "output_size": NOTES}

    def prepare_data(self) -> None:
        """Downloads the package, once on each machine.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(CHORALES, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the pieces and splits them.

        Raises:
            OSError: the folder does not exist or cannot be read.
            ValueError: a file is no MusicXML, or there are too few pieces.
        """
        if hasattr(self, "splits"):
            return
        rolls = list(self._chorales() if self.path is None else map(_read, self.own_files()))
        self.check_unchanged()
        different = list({roll.tobytes(): roll for roll in rolls}.values())
        counts = split_counts(len(different), self.validation, self.test, self.source, "pieces")
        self.splits = {
            name: [torch.from_numpy(roll) for roll in pieces]
            for name, pieces in split_by_tune(different, counts, self.seed).items()
        }
        for name, pieces in self.splits.items():
            if not pieces:
                raise ValueError(f"data: {self.source} leaves no pieces for the {name} split")

    def _chorales(self) -> Iterator[Roll]:
        with zipfile.ZipFile(fetch(CHORALES, self.directory)) as archive:
            for name in sorted(archive.namelist()):
                if name.startswith(FOLDER) and name.endswith(".mxl"):
                    roll = read_musicxml(archive.read(name))
                    if roll.sum(1).max() <= VOICES:
                        yield roll

    def own_files(self) -> list[Path]:
        """The MusicXML files of the user's folder, in alphabetical order.

        Raises:
            OSError: there is no such folder.
            ValueError: it has no such file.
        """
        folder = Path(str(self.path))
        if not folder.is_dir():
            raise FileNotFoundError(
                f"data.path: there is no folder {folder}; give a folder of MusicXML files"
            )
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)
        if not files:
            raise ValueError(f"data.path: {folder} has no file that ends in {', '.join(ENDINGS)}")
        return files

    def train_dataloader(self) -> DataLoader[Batch]:
        """Batches of the training split, transposed, in a new order in each epoch."""
        pieces: Any = self.splits["train"]
        return DataLoader(
            pieces,
            collate_fn=lambda rolls: batch([transposed(roll) for roll in rolls]),
            **self.random_batches(pieces, self.batch_size),
        )

    def val_dataloader(self) -> DataLoader[Batch]:
        """Batches of the validation split."""
        return self._in_order("validation")

    def test_dataloader(self) -> DataLoader[Batch]:
        """Batches of the test split."""
        return self._in_order("test")

    def _in_order(self, name: str) -> DataLoader[Batch]:
        pieces: Any = self.splits[name]
        return DataLoader(pieces, self.batch_size, collate_fn=batch)


def _read(file: Path) -> Roll:
    try:
        roll = read_musicxml(file.read_bytes())
    except ValueError as error:
        raise ValueError(f"data.path: {file}: {error}") from error
    if len(roll) < 2:
        raise ValueError(f"data.path: {file} has one quarter note, so there is none to predict")
    return roll


def transposed(roll: Tensor) -> Tensor:
    """A piece in a random key, unless a note would leave the piano; `(T, 88) → (T, 88)`."""
    shift = int(torch.randint(LOWEST_SHIFT, HIGHEST_SHIFT + 1, ()))
    keys = roll.any(0).nonzero()
    fits = int(keys.min()) + shift >= 0 and int(keys.max()) + shift < NOTES
    return roll.roll(shift, dims=1) if fits else roll


def batch(rolls: list[Tensor]) -> Batch:
    """Pieces, each `(T, 88)`, as the inputs and the targets of a batch."""
    X = pad_sequence([roll[:-1] for roll in rolls]).float()  # (T, B, 88)
    y = pad_sequence([roll[1:] for roll in rolls]).float()
    mask = pad_sequence([torch.ones(len(roll) - 1, dtype=torch.bool) for roll in rolls])  # (T, B)
    return X, (y, mask)
