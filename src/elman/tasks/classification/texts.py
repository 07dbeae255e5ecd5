"""Short texts with classes, as sequences of characters."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from elman.checks import check_flag, check_probability
from elman.data.bad_lines import BadLines
from elman.data.state import check_state
from elman.data.vocabulary import Vocabulary
from elman.tasks.classification.baselines import naive_bayes
from elman.tasks.classification.csv_format import read_csv
from elman.tasks.classification.data import ClassificationData
from elman.tasks.classification.example import Example
from elman.tasks.classification.surnames import SURNAMES, read_surnames

UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # replaces every character outside the vocabulary
BEGIN, END = "\N{START OF TEXT}", "\N{END OF TEXT}"
MIN_CROP = 3  # characters


class TextClassificationData(ClassificationData):
    """Texts of a CSV file, see `elman.tasks.classification.csv_format`; by default, surnames.

    Texts are lowercased and normalized (Unicode NFC), with a begin and an end character around
    them. The vocabulary has the characters that occur at least twice in the training texts. All
    other characters share one index.

    A batch is the indices of the characters, `(T, B)`, with the lengths of the texts, `(B)`, and
    the classes, `(B)`.

    Args:
        random_crop: probability that a training text is replaced by a random substring of it,
            another one in each epoch, so that the network cannot memorize the text.
        header: whether the first line of a file is a header with the names of the columns; None:
            decided by the names.
        arguments: the positional arguments of `ClassificationData`.
        named: its keyword arguments.

    Attributes:
        vocabulary: the characters; set by `setup`.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    package = SURNAMES
    vocabulary: Vocabulary

    def __init__(
        self,
        *arguments: Any,
        random_crop: float = 0.0,
        header: bool | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        check_probability("data.random_crop", random_crop)
        if header is not None:
            check_flag("data.header", header)
        self.random_crop = random_crop
        self.header = header

    @property
    def source(self) -> str:
        """The name of the data set, or the path of the user's file."""
        return "the surnames of 14 languages" if self.path is None else self.path

    @property
    def test_description(self) -> str:
        """The test data in words, with the number of unknown characters."""
        unknown = sum(len(self.unknown(text)) for text, _ in self.splits["test"])
        return super().test_description + (f" with {unknown} unknown characters" if unknown else "")

    @property
    def uses(self) -> dict[str, str]:
        """Classifies a text."""
        return {"classify": 'classify.py text="…"'}

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of the network that depend on the data; before `setup`, their minimums."""
        if not hasattr(self, "vocabulary"):
            return {"vocabulary_size": 1, "classes": 1}
        return {"vocabulary_size": len(self.vocabulary), "classes": len(self.classes)}

    @property
    def symbols(self) -> Sequence[str]:
        """The characters of the vocabulary."""
        return self.vocabulary.characters

    def packaged_examples(self) -> tuple[list[Example], list[Example] | None]:
        """The surnames; the package has no test set."""
        return [
            Example(0, normalize(surname), language)
            for surname, language in read_surnames(self.wheel())
        ], None

    def read(self, lines: Sequence[str], bad: BadLines) -> Iterator[Example]:
        """Reads the texts of a CSV file."""
        for example in read_csv(lines, bad, self.header, getattr(self, "classes", ())):
            yield example._replace(sequence=normalize(example.sequence))

    def fit(self, sequences: Sequence[str]) -> None:
        """Makes the vocabulary of the characters that occur at least twice."""
        counts = Counter(character for text in sequences for character in text)
        frequent = "".join(character for character, n in counts.items() if n > 1)
        self.vocabulary = Vocabulary(frequent + BEGIN + END + UNKNOWN)

    def augment(self, sequence: str) -> str:
        """The text, or with the probability `random_crop` a random substring of it."""
        if self.random_crop == 0 or torch.rand(()) >= self.random_crop:
            return sequence
        length = int(torch.randint(min(MIN_CROP, len(sequence)), len(sequence) + 1, ()))
        begin = int(torch.randint(len(sequence) - length + 1, ()))
        return sequence[begin : begin + length]

    def unknown(self, text: str) -> list[str]:
        """The characters of a text that are not in the vocabulary."""
        return [character for character in text if character not in self.vocabulary.characters]

    def batch(self, sequences: Sequence[str]) -> tuple[Tensor, Tensor]:
        """The indices of the characters, `(T, B)`, and the lengths of the texts, `(B)`."""
        indices = [
            self.vocabulary.encode(text.translate({ord(c): UNKNOWN for c in self.unknown(text)}))
            for text in sequences
        ]
        return pad_sequence(indices), torch.tensor([len(each) for each in indices])

    def key(self, sequence: str) -> str:
        """The text, so that its other spellings are not in another split."""
        return self.comparable(sequence)

    def baselines(self) -> dict[str, Tensor]:
        """`most_frequent`: always the most frequent class; `naive_bayes`: see `baselines`."""
        texts, y = zip(*self.splits["train"], *self.splits["validation"], strict=True)
        test_texts = [text for text, _ in self.splits["test"]]
        return {
            "most_frequent": torch.full((len(test_texts),), Counter(y).most_common(1)[0][0]),
            "naive_bayes": torch.from_numpy(naive_bayes(texts, y, test_texts)),
        }

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps, with the vocabulary."""
        return {**super().state_dict(), "vocabulary": self.vocabulary.characters}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores what a checkpoint kept."""
        super().load_state_dict(state)
        check_state(state, vocabulary=str)
        if missing := {BEGIN, END, UNKNOWN} - set(state["vocabulary"]):
            raise ValueError(f"its 'vocabulary' lacks {', '.join(map(repr, sorted(missing)))}")
        self.vocabulary = Vocabulary(state["vocabulary"])


def normalize(text: str) -> str:
    """The text in lower case and in Unicode's NFC, between the begin and the end character."""
    return BEGIN + unicodedata.normalize("NFC", text.strip().lower()) + END
