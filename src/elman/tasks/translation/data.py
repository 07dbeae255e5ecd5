"""Sentences in one language, to be told in another."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

from elman.checks import check_size
from elman.data.bad_lines import OnBad, check_on_bad
from elman.data.fetch import Package, fetch
from elman.data.length_batches import LengthBatches
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, count_of
from elman.tasks.translation.home_assistant import read_catalogues
from elman.tasks.translation.pairs import Pair, read_pairs
from elman.tasks.translation.split import divide
from elman.tasks.translation.subwords import BEGIN, END, PAD, Subwords

log = logging.getLogger(__name__)

# What Home Assistant says to its users, in 64 languages, Apache-2.0.
HOME_ASSISTANT = Package(
    name="homeassistant",
    version="2026.11.0",
    sha256="7ca5fbde9dea879ac7723949fc84347aac5182e6309c357b2e4973fd391b00f7",
    pip_arguments=("--python-version", "3.14.3"),  # it is for no older one; only files are read
)


class Target(NamedTuple):
    """What is wanted of a batch's outputs.

    Attributes:
        tokens: y_1 … y_T, the last of which is `END`, then padded with `PAD`, `(T, B)`.
        texts: B translations as they were written.
    """

    tokens: Tensor
    texts: list[str]


class Encoded(NamedTuple):
    """A pair in tokens."""

    source: list[int]
    target: list[int]
    text: str


class TranslationData(DataModule):
    """Pairs of sentences in three parts, no two of which have a sentence in common.

    A batch is `(x, lengths, y)`, tokens of the sources `(S, B)`, how many of them each has `(B)`,
    and tokens y_0 … y_{T−1} of the targets `(T, B)`, the first `BEGIN`; and what is `Target`.

    Args:
        source: code of the language to translate from; of the user's own pairs, a name for people.
        target: of the language to translate into, likewise.
        path: the user's own pairs, in UTF-8: a gettext catalogue `.po`, or a file with a source, a
            tab and a target in each line; None: the texts of Home Assistant, fetched.
        directory: where fetched data are kept.
        batch_size: pairs in a batch.
        vocabulary_size: tokens of both languages together, learned from the part to train on.
        shortest: words that either sentence has at least; pairs with fewer are left out.
        longest: words that either sentence has at most.
        validation: size of the validation split; an int is a number of pairs, a float a
            fraction of them.
        test: size of the test split, likewise.
        on_bad: a line that holds no pair is an "error", or one to "skip" and count.
        seed: of the choice which pairs are in which part.

    Attributes:
        vocabulary: the tokens; known after `setup`.
        parts: the pairs to "train", validate ("validation") and "test" with; likewise.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    vocabulary: Subwords
    parts: dict[str, list[Pair]]

    def __init__(
        self,
        source: str = "en",
        target: str = "de",
        path: str | None = None,
        directory: str = "data",
        batch_size: int = 64,
        vocabulary_size: int = 2000,
        shortest: int = 1,
        longest: int = 16,
        validation: Size = 0.05,
        test: Size = 0.05,
        on_bad: OnBad = "error",
        seed: int = 0,
    ) -> None:
        super().__init__(path, directory)
        for name, size in (
            ("batch_size", batch_size),
            ("vocabulary_size", vocabulary_size),
            ("shortest", shortest),
            ("longest", longest),
        ):
            check_size(f"data.{name}", size)
        check_split_sizes(validation, test)
        check_on_bad("data.on_bad", on_bad)
        self.languages = (source, target)
        self.batch_size = batch_size
        self.vocabulary_size = vocabulary_size
        self.shortest = shortest
        self.longest = longest
        self.validation = validation
        self.test = test
        self.on_bad = on_bad
        self.seed = seed

    @property
    def source(self) -> str:
        """What the pairs are, for people."""
        languages = "-".join(self.languages)
        return f"the {languages} texts of Home Assistant" if self.path is None else self.path

    @property
    def test_description(self) -> str:
        """What a network is tested with, for people."""
        unseen = "unseen " if self.same_split_as_in_training else ""
        return f"{len(self.splits['test']):,} {unseen}pairs of {self.source}"

    @property
    def uses(self) -> dict[str, str]:
        """To translate."""
        return {"translate": 'translate.py text="…"'}

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide; before `setup` the most they can be."""
        known = hasattr(self, "vocabulary")
        return {"vocabulary_size": len(self.vocabulary) if known else self.vocabulary_size}

    def prepare_data(self) -> None:
        """Fetches the texts, once a machine.

        Raises:
            OSError: they could not be fetched, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(HOME_ASSISTANT, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the pairs, divides them, and learns the vocabulary of those to train on.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: it has a bad line, there is no such language, or too few pairs.
        """
        if hasattr(self, "parts"):
            return
        pairs = self._pairs()
        self.check_unchanged()
        limits = range(self.shortest, self.longest + 1)
        kept = [pair for pair in pairs if all(len(text.split()) in limits for text in pair)]
        left_out = f", {len(pairs) - len(kept):,} with fewer or more words left out"
        told = left_out if len(kept) < len(pairs) else ""
        log.info("%s: %s pairs of sentences%s", self.source, f"{len(kept):,}", told)
        counts = [count_of(size, len(kept)) for size in (self.test, self.validation)]
        test, validation, train = divide(kept, counts, self.seed)
        for name, part in (("test", test), ("validation", validation), ("train", train)):
            if not part:
                raise ValueError(
                    f"data: {self.source} has {len(kept)} pairs of {self.shortest} to "
                    f"{self.longest} words{told}, which leaves none for the {name} part; give more "
                    "pairs, or change data.shortest, data.longest, data.validation or data.test"
                )
        self.splits = {"train": train, "validation": validation, "test": test}
        if not hasattr(self, "vocabulary"):
            texts = (text for pair in train for text in pair)
            self.vocabulary = Subwords.learn(texts, self.vocabulary_size)

    def _pairs(self) -> list[Pair]:
        if self.path is None:
            return read_catalogues(fetch(HOME_ASSISTANT, self.directory), *self.languages)
        return read_pairs(Path(self.path), self.on_bad)

    def train_dataloader(self) -> DataLoader[Encoded]:
        """Batches of pairs of about the same length, in another order in each epoch."""
        examples = self._encoded("train")
        lengths = [_length(example) for example in examples]
        batches = LengthBatches(self.random_sampler(examples), lengths, self.batch_size)
        return DataLoader(examples, batch_sampler=batches, collate_fn=batch)  # type: ignore[arg-type]

    def val_dataloader(self) -> DataLoader[Encoded]:
        """Batches of the pairs to validate with, in order of length."""
        return self._in_order("validation")

    def test_dataloader(self) -> DataLoader[Encoded]:
        """Batches of the pairs to test with, in order of length."""
        return self._in_order("test")

    def _in_order(self, part: str) -> DataLoader[Encoded]:
        examples = sorted(self._encoded(part), key=_length)
        return DataLoader(examples, self.batch_size, collate_fn=batch)  # type: ignore[arg-type]

    def _encoded(self, part: str) -> list[Encoded]:
        encode = self.vocabulary.encode
        return [Encoded(encode(x), encode(y), y) for x, y in self.splits[part]]

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint needs to read and write the same tokens, and to test the same pairs."""
        return {**super().state_dict(), "vocabulary": self.vocabulary.serialize()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over the vocabulary of a checkpoint and, unless pairs were given, its pairs.

        Raises:
            ValueError: the pairs that have been read have other tokens, or the vocabulary is
                damaged.
        """
        known = getattr(self, "vocabulary", None)
        if known is not None and known.serialize() != state["vocabulary"]:
            raise ValueError(
                f"data: the tokens of {self.source} are not those the checkpoint was trained on"
            )
        self.vocabulary = Subwords(state["vocabulary"])
        super().load_state_dict(state)


def _length(example: Encoded) -> int:
    return len(example.source) + len(example.target)


def batch(examples: Sequence[Encoded]) -> tuple[tuple[Tensor, Tensor, Tensor], Target]:
    """Examples beside each other, padded: see `TranslationData`."""
    x = pad_sequence([torch.tensor(example.source) for example in examples], padding_value=PAD)
    lengths = torch.tensor([len(example.source) for example in examples])
    y = pad_sequence(
        [torch.tensor([BEGIN, *example.target, END]) for example in examples], padding_value=PAD
    )  # (T + 1, B)
    texts = [example.text for example in examples]
    return (x, lengths, y[:-1]), Target(y[1:], texts)
