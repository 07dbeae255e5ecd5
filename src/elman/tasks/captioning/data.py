"""Pictures and what is written under them."""

import logging
from functools import partial
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader

from elman.checks import check_size
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.fetch import fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, split_counts
from elman.tasks.captioning.batches import Example, collate
from elman.tasks.captioning.compositional_split import Part, common, hold_out
from elman.tasks.captioning.emoji import DRAWINGS, NAMES, read_emoji
from elman.tasks.captioning.folder import TABLE, Captioned, read_folder
from elman.tasks.captioning.words import Words

log = logging.getLogger(__name__)


class CaptioningData(DataModule):
    """Pictures with captions, tested on combinations of words that no training caption has.

    Captions with a word that stands in fewer than `least` of them are left out. Then combinations
    of words are held out at random, see `elman.tasks.captioning.compositional_split`: every caption
    with such words is taken from the training, and every word of it stands in `least` captions or
    more that are left.
    So nothing is asked for that was not to be learned, and no caption asked for was to be seen.

    A batch is the pictures, red, green and blue from 0 to 1, `(B, 3, side, side)`, with the words
    that the decoder reads, `(T, B)`, and the words that come next, `(T, B)`, with a mask, true
    where there is one, `(T, B)`.

    Args:
        path: a folder of pictures with a table `captions.tsv`: in each line the name of a file, a
            tab and its caption; None: OpenMoji's drawings, fetched.
        directory: where fetched data are kept.
        side: height and width of the pictures.
        batch_size: pictures in a batch.
        validation: size of the validation split; an int is a number of pictures, a float a
            fraction of them.
        test: size of the test split, likewise.
        together: words of a combination that is held out: with 3, a "woman", a "firefighter" and
            "dark" may have been seen two at a time; with 2, not even that.
        least: training captions that each word must stand in.
        shift: pixels by which a picture is moved in training, at most, in either direction.
        on_bad: a line of the table that is wrong, or whose picture is, is an "error", or one to
            "skip" and count.
        seed: of the choice which combinations are held out.

    Attributes:
        words: of the captions; known after `setup`.

    Raises:
        TypeError, ValueError: a number is not a positive int, a share or `on_bad` out of range.
    """

    table = TABLE
    words: Words

    def __init__(
        self,
        path: str | None = None,
        directory: str = "data",
        side: int = 64,
        batch_size: int = 32,
        validation: Size = 0.1,
        test: Size = 0.15,
        together: int = 3,
        least: int = 12,
        shift: int = 0,
        on_bad: OnBad = "error",
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        check_size("data.side", side)
        check_size("data.batch_size", batch_size)
        check_size("data.together", together)
        check_size("data.least", least)
        check_split_sizes(validation, test)
        if not isinstance(shift, int) or not 0 <= shift < side:
            raise ValueError(f"data.shift must be an int from 0 to {side - 1}, got {shift!r}")
        check_on_bad("data.on_bad", on_bad)
        self.side = side
        self.batch_size = batch_size
        self.validation = validation
        self.test = test
        self.together = together
        self.least = least
        self.shift = shift
        self.on_bad = on_bad
        self.seed = seed

    @property
    def source(self) -> str:
        """What the pictures are, for people."""
        return "OpenMoji's drawings of people" if self.path is None else self.path

    @property
    def test_description(self) -> str:
        """What a network is tested with, for people."""
        seen = (
            " whose combinations of words it has not seen" if self.same_split_as_in_training else ""
        )
        return f"{len(self._splits['test'])} pictures of {self.source}{seen}"

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide; before `setup` the least they can be."""
        words = len(self.words) if hasattr(self, "words") else 1
        return {"side": self.side, "vocabulary_size": words}

    @property
    def uses(self) -> dict[str, str]:
        """To caption a picture."""
        return {"caption a picture": "caption.py image=picture.png"}

    def prepare_data(self) -> None:
        """Fetches the pictures and their names, once a machine.

        Raises:
            OSError: they could not be fetched, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(DRAWINGS, self.directory)
            fetch(NAMES, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the pictures, unless they have been read, and holds combinations out.

        Raises:
            OSError: there are no such files, or they cannot be read.
            ValueError: a picture or a caption is wrong, a word is not known to the network, or
                nothing can be held out.
        """
        if hasattr(self, "captions"):
            return
        found = self._read()
        self.check_unchanged()
        kept = common(found.captions, self.least)
        captions = [found.captions[n] for n in kept]
        if not hasattr(self, "words"):
            self.words = Words(word for caption in captions for word in caption.split())
        numbers = [self.words.encode(caption) for caption in captions]
        _, *sizes = split_counts(
            len(kept), self.validation, self.test, self.source, "usable pictures"
        )
        (test, validation), train = hold_out(
            captions, sizes[::-1], self.together, self.least, self.seed
        )
        for name, part in (("test", test), ("validation", validation)):
            if not part.numbers:
                raise ValueError(
                    f"data: no combination of data.together={self.together} words can be held out "
                    f"of the {len(kept)} pictures of {self.source} for data.{name}: each word must "
                    f"stand in data.least={self.least} other captions; lower either or give more "
                    "pictures"
                )
        pixels = found.pixels[kept]
        self.captions = {
            part: [captions[n] for n in chosen] for part, chosen in _named(train, validation, test)
        }
        self._splits = {
            part: [(pixels[n], numbers[n]) for n in chosen]
            for part, chosen in _named(train, validation, test)
        }
        log.info(
            "%s pictures; %s with rarer words are left out. To train on: %s; held out: %s to "
            "validate with and %s to test with, such as %r.",
            len(kept), len(found.captions) - len(kept), len(train), len(validation.numbers),
            len(test.numbers), " ".join(test.combinations[0]),
        )  # fmt: skip

    def _read(self) -> Captioned:
        if self.path is None:
            return read_emoji(self.directory, self.side)
        return read_folder(Path(self.path), self.side, self.on_bad, self._check)

    def _check(self, caption: str) -> None:
        if hasattr(self, "words"):  # those of a checkpoint
            try:
                self.words.encode(caption)
            except ValueError as error:
                raise ValueError(f"its caption has words {error}") from error

    def train_dataloader(self) -> DataLoader[Example]:
        """Batches in another order in each epoch, each picture moved by chance."""
        return DataLoader(
            self._splits["train"],  # type: ignore[arg-type]
            self.batch_size,
            sampler=self.random_sampler(self._splits["train"]),
            collate_fn=partial(collate, shift=self.shift),
        )

    def val_dataloader(self) -> DataLoader[Example]:
        """Batches of the pictures to validate with."""
        return self._loader("validation")

    def test_dataloader(self) -> DataLoader[Example]:
        """Batches of the pictures to test with."""
        return self._loader("test")

    def seen_dataloader(self) -> DataLoader[Example]:
        """Batches of the pictures to train on, as they are and in order, to compare with."""
        return self._loader("train")

    def _loader(self, part: str) -> DataLoader[Example]:
        return DataLoader(self._splits[part], 128, collate_fn=collate)  # type: ignore[arg-type]

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint needs to read and write the same words."""
        return {**super().state_dict(), "words": self.words.words}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over the words of a checkpoint and, unless a folder was given, its folder.

        Raises:
            ValueError: the captions that have been read have other words.
        """
        words = Words(state["words"])
        if hasattr(self, "words") and self.words.words != words.words:
            raise ValueError(
                f"data: the words of {self.source} are not those the checkpoint was trained on"
            )
        self.words = words
        super().load_state_dict(state)


def _named(train: list[int], validation: Part, test: Part) -> list[tuple[str, list[int]]]:
    return [("train", train), ("validation", validation.numbers), ("test", test.numbers)]
