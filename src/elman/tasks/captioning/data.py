"""Images and their captions."""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader

from elman.checks import (
    check_from_to,
    check_seed,
    check_side,
    check_size,
)
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.fetch import fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, split_counts
from elman.data.state import check_texts
from elman.tasks.captioning.batches import Example, collate
from elman.tasks.captioning.compositional_split import split_by_combinations, without_rare_words
from elman.tasks.captioning.emoji import DRAWINGS, NAMES, read_emoji
from elman.tasks.captioning.folder import TABLE, CaptionedImages, read_folder
from elman.tasks.captioning.vocabulary import WordVocabulary

log = logging.getLogger(__name__)

EVALUATION_BATCH_SIZE = 128


class CaptioningData(DataModule):
    """Images with captions, tested on combinations of words that no training caption has.

    Captions with a word that fewer than `min_count` captions contain are left out. Then the
    validation and test splits get random combinations of words, see
    `elman.tasks.captioning.compositional_split`. Each of their words is in at least `min_count`
    training captions: the words are known, only their combination is new.

    A batch is `((images, words), (next_words, mask))`: RGB values from 0 to 1,
    `(B, 3, side, side)`, the words that the decoder reads, `(T, B)`, the next words, `(T, B)`, and
    a mask that is true where a word is not padding, `(T, B)`.

    Args:
        path: a folder of images with a table `captions.tsv`, whose lines are the name of a file, a
            tab and its caption; None: the drawings of OpenMoji, downloaded.
        directory: of downloaded data.
        side: height and width of the images, in pixels.
        batch_size: images in a training batch.
        validation: size of the validation split; an int is a number of images, a float a
            fraction of them.
        test: size of the test split, in the same way.
        combination_size: number of words of an unseen combination. With 3, the training captions
            may contain any two words of "woman", "firefighter" and "dark"; with 2, only one.
        min_count: minimum number of training captions that contain each word.
        shift: maximum random translation of training images in each direction, in pixels.
        on_bad: what to do with a bad line or image: "error", or "skip" and count it.
        seed: of the random splits.

    Attributes:
        vocabulary: the words of the captions; after `setup`.
        captions: of "train", "validation" and "test"; after `setup`.
        splits: the images, uint8 `(3, side, side)`, and encoded captions of the same; after
            `setup`.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    table = TABLE
    vocabulary: WordVocabulary
    captions: dict[str, list[str]]
    splits: dict[str, list[Example]]

    def __init__(
        self,
        path: str | None = None,
        directory: str = "data",
        side: int = 64,
        batch_size: int = 32,
        validation: Size = 0.1,
        test: Size = 0.15,
        combination_size: int = 3,
        min_count: int = 12,
        shift: int = 0,
        on_bad: OnBad = "error",
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        check_side("data.side", side)
        check_size("data.batch_size", batch_size)
        check_size("data.combination_size", combination_size)
        check_size("data.min_count", min_count)
        check_split_sizes(validation, test)
        check_from_to("data.shift", shift, 0, side - 1)
        check_on_bad("data.on_bad", on_bad)
        self.side = side
        self.batch_size = batch_size
        self.validation = validation
        self.test = test
        self.combination_size = combination_size
        self.min_count = min_count
        self.shift = shift
        self.on_bad = on_bad
        self.seed = check_seed("data.seed", seed)

    @property
    def source(self) -> str:
        """A name of the images, for messages."""
        return "OpenMoji's drawings of people" if self.path is None else self.path

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self.splits['train']):,} images of {self.source}"

    @property
    def test_description(self) -> str:
        """A description of the test images, for messages."""
        unseen = " with unseen combinations of words" if self.same_split_as_in_training else ""
        return f"{len(self.splits['test'])} images of {self.source}{unseen}"

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that depend on the data; before `setup`, their minimum."""
        vocabulary_size = len(self.vocabulary) if hasattr(self, "vocabulary") else 1
        return {"side": self.side, "vocabulary_size": vocabulary_size}

    @property
    def uses(self) -> dict[str, str]:
        """The script that writes a caption, with its arguments."""
        return {"caption an image": "caption.py image=picture.png"}

    @property
    def symbols(self) -> Sequence[str]:
        """The words, after the special tokens."""
        return ["(begin)", "(end)", *self.vocabulary.words]

    def prepare_data(self) -> None:
        """Downloads the drawings and their names, unless they are there already.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(DRAWINGS, self.directory)
            fetch(NAMES, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads and splits the images.

        Raises:
            OSError: a file does not exist or cannot be read.
            ValueError: an image or a caption is bad, a word is not in the network's vocabulary, or
                a split is empty.
        """
        if hasattr(self, "splits"):
            return
        found = self._read()
        self.check_unchanged()
        kept = without_rare_words(found.captions, self.min_count)
        captions = [found.captions[n] for n in kept]
        if not hasattr(self, "vocabulary"):
            self.vocabulary = WordVocabulary(
                word for caption in captions for word in caption.split()
            )
        encoded = [self.vocabulary.encode(caption) for caption in captions]
        _, validation_count, test_count = split_counts(
            len(kept), self.validation, self.test, self.source, "usable images"
        )
        (test, validation), train = split_by_combinations(
            captions,
            (test_count, validation_count),
            self.combination_size,
            self.min_count,
            self.seed,
            self.comparable,
        )
        indices = {"train": train, "validation": validation.indices, "test": test.indices}
        for name in ("test", "validation"):
            if not indices[name]:
                raise ValueError(
                    f"data: the {name} split of {self.source} is empty: each word must stay in "
                    f"data.min_count={self.min_count} training captions, so no combination of "
                    f"data.combination_size={self.combination_size} words can be held out; lower "
                    f"one of these values, raise data.{name}, or give more images"
                )
        pixels = found.pixels[kept]
        self.captions = {split: [captions[n] for n in own] for split, own in indices.items()}
        self.splits = {
            split: [(pixels[n], encoded[n]) for n in own] for split, own in indices.items()
        }
        log.info(
            "%s images (%s with rarer words are left out): %s for training, %s for validation "
            "and %s for the test. An unseen combination of words of the test is %r.",
            len(kept), len(found.captions) - len(kept), *map(len, indices.values()),
            " ".join(test.combinations[0]),
        )  # fmt: skip

    def _read(self) -> CaptionedImages:
        if self.path is None:
            return read_emoji(self.directory, self.side)
        return read_folder(Path(self.path), self.side, self.on_bad, self._check_words)

    def _check_words(self, caption: str) -> None:
        if hasattr(self, "vocabulary"):  # of a checkpoint
            try:
                self.vocabulary.encode(caption)
            except ValueError as error:
                raise ValueError(f"its caption has words {error}") from error

    def train_dataloader(self) -> DataLoader[Example]:
        """Batches in a new random order in each epoch, each image with a random `shift`."""
        return DataLoader(
            self.splits["train"],  # type: ignore[arg-type]
            collate_fn=partial(collate, shift=self.shift),
            **self.random_batches(self.splits["train"], self.batch_size),
        )

    def val_dataloader(self) -> DataLoader[Example]:
        """Batches of the validation split."""
        return self._ordered("validation")

    def test_dataloader(self) -> DataLoader[Example]:
        """Batches of the test split."""
        return self._ordered("test")

    def _ordered(self, split: str) -> DataLoader[Example]:
        return DataLoader(self.splits[split], EVALUATION_BATCH_SIZE, collate_fn=collate)  # type: ignore[arg-type]

    def state_dict(self) -> dict[str, Any]:
        """The state of a checkpoint: the words, and what identifies the images."""
        return {**super().state_dict(), "words": self.vocabulary.words}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes the words of a checkpoint and, without a `path`, the folder of its training.

        Raises:
            ValueError: the captions that have been read have other words.
        """
        check_texts(state, "words")
        vocabulary = WordVocabulary(state["words"])
        if hasattr(self, "vocabulary") and self.vocabulary.words != vocabulary.words:
            raise ValueError(f"data: the words of {self.source} are not those of the checkpoint")
        self.vocabulary = vocabulary
        super().load_state_dict(state)
