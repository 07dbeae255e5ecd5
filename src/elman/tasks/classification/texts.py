"""Short texts, character by character, each with its class."""

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from elman.checks import check_probability
from elman.data.bad_lines import BadLines
from elman.data.vocabulary import Vocabulary
from elman.tasks.classification.data import ClassificationData
from elman.tasks.classification.example import Example
from elman.tasks.classification.naive_bayes import NaiveBayes
from elman.tasks.classification.surnames import SURNAMES, read_surnames

UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # stands for every character that the vocabulary lacks
BEGIN, END = "\N{START OF TEXT}", "\N{END OF TEXT}"
SHORTEST = 3  # characters of a piece


class TextClassificationData(ClassificationData):
    """Texts of a CSV file with `text,label` in each line; if none is given, surnames.

    A file that has tabs in its first line is divided by them instead. A first line `text,label`
    is a heading. Texts are in small letters, in Unicode's composed form (NFC), with a mark at
    either end.

    A batch is the numbers of the characters, `(T, B)`, with the texts' lengths, and the classes. A
    character that does not occur twice at least in the texts to train on is unknown to the
    network: all of these have one number.

    Args:
        pieces: the share of the texts of which in training only a piece is read, of any length and
            from anywhere, another one each time: so that no text is known by heart.
        arguments: those of `ClassificationData`.

    Attributes:
        vocabulary: the characters; known after `setup`.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    package = SURNAMES
    vocabulary: Vocabulary

    def __init__(self, *arguments: Any, pieces: float = 0.0, **named: Any) -> None:
        super().__init__(*arguments, **named)
        check_probability("data.pieces", pieces)
        self.pieces = pieces

    @property
    def source(self) -> str:
        """What the texts are, for people."""
        return "the surnames of 14 languages" if self.path is None else self.path

    @property
    def test_description(self) -> str:
        """What a network is tested with, and how much of it is unknown to it, for people."""
        unknown = sum(len(self.unknown(text)) for text, _ in self.splits["test"])
        return super().test_description + (f" with {unknown} unknown characters" if unknown else "")

    @property
    def uses(self) -> dict[str, str]:
        """To tell the class of a text."""
        return {"let it tell": 'classify.py text="…"'}

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide; before `setup` the least they can be."""
        if not hasattr(self, "vocabulary"):
            return {"vocabulary_size": 1, "classes": 1}
        return {"vocabulary_size": len(self.vocabulary), "classes": len(self.classes)}

    def fetched(self) -> tuple[list[Example], list[Example] | None]:
        """The surnames; none are set apart to test with."""
        return [
            Example(0, marked(surname), language)
            for surname, language in read_surnames(self.wheel())
        ], None

    def read(self, lines: Sequence[str], bad: BadLines) -> Iterator[Example]:
        """The texts of a CSV file."""
        delimiter = "\t" if "\t" in lines[0] else ","
        for line, text in enumerate(lines, 1):
            reader = csv.reader([text], delimiter=delimiter, skipinitialspace=True, strict=True)
            try:
                columns = [column.strip() for column in next(reader, [])]
            except csv.Error as error:
                bad.report(line, f"it is no line of a table ({error})")
                continue
            if line == 1 and [column.lower() for column in columns] == ["text", "label"]:
                continue
            if not any(columns):
                if line < len(lines):  # the last line ends with a line break, too
                    bad.report(line, "it is empty")
            elif len(columns) != 2:
                bad.report(line, f"it has {len(columns)} columns, not a text and its label")
            elif not columns[0]:
                bad.report(line, "it has no text")
            else:
                yield Example(line, marked(columns[0]), columns[1])

    def learn(self, sequences: Sequence[str]) -> None:
        """Takes the characters that occur more than once."""
        times = Counter(character for text in sequences for character in text)
        known = "".join(character for character, n in times.items() if n > 1)
        self.vocabulary = Vocabulary(known + BEGIN + END + UNKNOWN)

    def varied(self, sequence: str) -> str:
        """The text, or a piece of it."""
        if torch.rand(()) >= self.pieces:
            return sequence
        length = int(torch.randint(min(SHORTEST, len(sequence)), len(sequence) + 1, ()))
        begin = int(torch.randint(len(sequence) - length + 1, ()))
        return sequence[begin : begin + length]

    def unknown(self, text: str) -> list[str]:
        """The characters of a text that the vocabulary lacks."""
        return [character for character in text if character not in self.vocabulary.characters]

    def batch(self, sequences: Sequence[str]) -> tuple[Tensor, Tensor]:
        """The numbers of the characters, `(T, B)`, and the lengths of the texts, `(B)`."""
        numbers = [
            self.vocabulary.encode(text.translate({ord(c): UNKNOWN for c in self.unknown(text)}))
            for text in sequences
        ]
        return pad_sequence(numbers), torch.tensor([len(each) for each in numbers])

    def key(self, sequence: str) -> str:
        """The text."""
        return sequence

    def baselines(self) -> dict[str, Tensor]:
        """`most_frequent`: always the same class; `naive_bayes`: see there."""
        texts, y = zip(*self.splits["train"], *self.splits["validation"], strict=True)
        tested = [text for text, _ in self.splits["test"]]
        bayes = NaiveBayes(texts, y)
        return {
            "most_frequent": torch.full((len(tested),), Counter(y).most_common(1)[0][0]),
            "naive_bayes": torch.tensor([bayes.classify(text) for text in tested]),
        }

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint needs to read the same characters of the same files."""
        return {**super().state_dict(), "vocabulary": self.vocabulary.characters}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over what a checkpoint was trained with."""
        super().load_state_dict(state)
        self.vocabulary = Vocabulary(state["vocabulary"])


def marked(text: str) -> str:
    """The text in small letters and Unicode's composed form, between the marks of its ends."""
    return BEGIN + unicodedata.normalize("NFC", text.strip().lower()) + END
