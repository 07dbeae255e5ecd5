"""Sentence pairs for machine translation."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch.utils.data import DataLoader

from elman.checks import check_flag, check_seed, check_size
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, count_of
from elman.data.state import check_state
from elman.tasks.translation.batches import EncodedPair, collate
from elman.tasks.translation.home_assistant import read_home_assistant
from elman.tasks.translation.pair import Pair
from elman.tasks.translation.pairs import read_pairs
from elman.tasks.translation.split import split_pairs
from elman.tasks.translation.subwords import PAD, Subwords

log = logging.getLogger(__name__)

# The user interface texts of Home Assistant in 64 languages, Apache-2.0.
HOME_ASSISTANT = Package(
    name="homeassistant",
    version="2026.11.0",
    sha256="7ca5fbde9dea879ac7723949fc84347aac5182e6309c357b2e4973fd391b00f7",
    pip_arguments=("--python-version", "3.14.3"),  # pip refuses an older one; nothing is installed
)


class TranslationData(DataModule):
    """Sentence pairs in three splits without a common sentence.

    A batch is `((x, lengths, y), target)`: tokens x of the sources `(S, B)`, the number of tokens
    of each source `(B)`, tokens y_0 … y_{T−1} of the targets `(T, B)`, the first `BEGIN`, and a
    `Target`.

    Args:
        source: code of the source language; with `path`, only a name.
        target: code of the target language; with `path`, only a name.
        path: the user's own pairs, in UTF-8: a gettext catalogue `.po`, or a file whose lines are
            `source<tab>target`; None: the texts of Home Assistant, downloaded.
        directory: of downloaded data.
        batch_size: pairs in a batch.
        vocabulary_size: number of tokens, shared by both languages, learned from the training
            split.
        min_words: minimum number of words of each sentence; other pairs are left out.
        max_words: maximum number of words of each sentence.
        validation: size of the validation split; an int is a number of pairs, a float a
            fraction of them.
        test: size of the test split, in the same way.
        header: whether the first line of `path` is a header; None: a header is recognised by its
            names, see `elman.tasks.translation.header`.
        on_bad: what to do with a line that is not a pair: "error", or "skip" and count it.
        seed: of the random splits.

    Attributes:
        vocabulary: the tokens; after `setup`.
        splits: the pairs of "train", "validation" and "test"; after `setup`.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    vocabulary: Subwords
    splits: dict[str, list[Pair]]

    def __init__(
        self,
        source: str = "en",
        target: str = "de",
        path: str | None = None,
        directory: str = "data",
        batch_size: int = 64,
        vocabulary_size: int = 2000,
        min_words: int = 1,
        max_words: int = 16,
        validation: Size = 0.05,
        test: Size = 0.05,
        header: bool | None = None,
        on_bad: OnBad = "error",
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        for name, size in (
            ("batch_size", batch_size),
            ("vocabulary_size", vocabulary_size),
            ("min_words", min_words),
            ("max_words", max_words),
        ):
            check_size(f"data.{name}", size)
        check_split_sizes(validation, test)
        if header is not None:
            check_flag("data.header", header)
        check_on_bad("data.on_bad", on_bad)
        self.languages = (source, target)
        self.batch_size = batch_size
        self.vocabulary_size = vocabulary_size
        self.min_words = min_words
        self.max_words = max_words
        self.validation = validation
        self.test = test
        self.header = header
        self.on_bad = on_bad
        self.seed = check_seed("data.seed", seed)

    @property
    def source(self) -> str:
        """A name of the pairs, for messages."""
        languages = "-".join(self.languages)
        return f"the {languages} texts of Home Assistant" if self.path is None else self.path

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self.splits['train']):,} pairs of {self.source}"

    @property
    def test_description(self) -> str:
        """A description of the test pairs, for messages."""
        unseen = "unseen " if self.same_split_as_in_training else ""
        return f"{len(self.splits['test']):,} {unseen}pairs of {self.source}"

    @property
    def uses(self) -> dict[str, str]:
        """The script that translates, with its arguments."""
        return {"translate": 'translate.py text="…"'}

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that depend on the data; before `setup`, their maximum."""
        is_learned = hasattr(self, "vocabulary")
        return {"vocabulary_size": len(self.vocabulary) if is_learned else self.vocabulary_size}

    @property
    def symbols(self) -> Sequence[str]:
        """The tokens, as people read them."""
        return [self.vocabulary.readable([PAD, token])[1] for token in range(len(self.vocabulary))]

    def prepare_data(self) -> None:
        """Downloads the texts, unless they are there already.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(HOME_ASSISTANT, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads and splits the pairs, and learns the vocabulary of the training split.

        Raises:
            OSError: the file does not exist or cannot be read.
            ValueError: the file has a bad line, the language is unknown, or a split is empty.
        """
        if hasattr(self, "splits"):
            return
        pairs = self._read_pairs()
        self.check_unchanged()
        lengths = range(self.min_words, self.max_words + 1)
        kept = [pair for pair in pairs if all(len(text.split()) in lengths for text in pair)]
        left_out = len(pairs) - len(kept)
        note = f", {left_out:,} with fewer or more words left out" if left_out else ""
        log.info("%s: %s sentence pairs%s", self.source, f"{len(kept):,}", note)
        counts = [count_of(size, len(kept)) for size in (self.test, self.validation)]
        test, validation, train = split_pairs(kept, counts, self.seed, self.comparable)
        for name, split in (("test", test), ("validation", validation), ("train", train)):
            if not split:
                raise ValueError(
                    f"data: {self.source} has {len(kept)} pairs of {self.min_words} to "
                    f"{self.max_words} words{note}, and none for the {name} split; give more "
                    "pairs, or change data.min_words, data.max_words, data.validation or data.test"
                )
        self.splits = {"train": train, "validation": validation, "test": test}
        if not hasattr(self, "vocabulary"):
            texts = (text for pair in train for text in pair)
            self.vocabulary = Subwords.learn(texts, self.vocabulary_size)

    def _read_pairs(self) -> list[Pair]:
        if self.path is None:
            return read_home_assistant(fetch(HOME_ASSISTANT, self.directory), *self.languages)
        return read_pairs(Path(self.path), self.on_bad, self.languages, self.header)

    def train_dataloader(self) -> DataLoader[EncodedPair]:
        """Batches of training pairs of similar length, in a new random order in each epoch."""
        examples = self._encoded("train")
        lengths = [_length(example) for example in examples]
        batches = self.random_batches(examples, self.batch_size, lengths)
        return DataLoader(examples, collate_fn=collate, **batches)  # type: ignore[arg-type]

    def val_dataloader(self) -> DataLoader[EncodedPair]:
        """Batches of validation pairs, sorted by length."""
        return self._sorted_by_length("validation")

    def test_dataloader(self) -> DataLoader[EncodedPair]:
        """Batches of test pairs, sorted by length."""
        return self._sorted_by_length("test")

    def _sorted_by_length(self, split: str) -> DataLoader[EncodedPair]:
        examples = sorted(self._encoded(split), key=_length)
        return DataLoader(examples, self.batch_size, collate_fn=collate)  # type: ignore[arg-type]

    def _encoded(self, split: str) -> list[EncodedPair]:
        encode = self.vocabulary.encode
        return [EncodedPair(encode(x), encode(y), y) for x, y in self.splits[split]]

    def state_dict(self) -> dict[str, Any]:
        """The state of a checkpoint: the vocabulary, and what identifies the pairs."""
        return {**super().state_dict(), "vocabulary": self.vocabulary.serialize()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes the vocabulary of a checkpoint and, without a `path`, the pairs of its training.

        Raises:
            ValueError: the pairs that have been read have another vocabulary, or the vocabulary is
                damaged.
        """
        check_state(state, vocabulary=str)
        vocabulary = getattr(self, "vocabulary", None)
        if vocabulary is not None and vocabulary.serialize() != state["vocabulary"]:
            raise ValueError(
                f"data: the vocabulary of {self.source} is not the one of the checkpoint"
            )
        self.vocabulary = Subwords(state["vocabulary"])
        super().load_state_dict(state)


def _length(example: EncodedPair) -> int:
    return len(example.source) + len(example.target)
