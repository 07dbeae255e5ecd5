"""Plain text, character by character, to train a language model on."""

from pathlib import Path
from typing import Any

import torch

from elman.checks import check_size
from elman.data.fetch import fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, describe_size, split_counts
from elman.data.text_file import read_text
from elman.data.vocabulary import Vocabulary
from elman.tasks.language.plays import PLAYS, read_plays
from elman.tasks.language.streams import Streams


class CharacterData(DataModule):
    """A text in three consecutive parts: to train on, to validate with, and, last, to test with.

    Args:
        path: a UTF-8 text file; None: the plays of Shakespeare, fetched.
        directory: where fetched data is kept.
        batch_size: streams B that each process reads side by side.
        chunk_length: time steps T in a batch, which is where backpropagation is truncated.
        validation: size of the validation split; an int is a number of characters, a float a
            fraction of them.
        test: size of the test split, from the end, likewise.

    Attributes:
        vocabulary: the characters of the text; known after `setup`.

    Raises:
        TypeError, ValueError: a size is not a positive int, or a share out of range.
    """

    vocabulary: Vocabulary

    def __init__(
        self,
        path: str | None = None,
        directory: str = "data",
        batch_size: int = 64,
        chunk_length: int = 50,
        validation: Size = 0.05,
        test: Size = 0.1,
    ) -> None:
        super().__init__(path, directory)
        check_size("data.batch_size", batch_size)
        check_size("data.chunk_length", chunk_length)
        check_split_sizes(validation, test)
        self.batch_size = batch_size
        self.chunk_length = chunk_length
        self.validation = validation
        self.test = test

    @property
    def source(self) -> str:
        """What the text is, for people."""
        return "the plays of Shakespeare" if self.path is None else self.path

    @property
    def test_description(self) -> str:
        """What a network is tested with, for people."""
        return f"the last {describe_size(self.test, 'characters')} of {self.source}"

    @property
    def sizes(self) -> dict[str, int]:
        """Arguments of a network that the data decide; before `setup` the least they can be."""
        return {"vocabulary_size": len(self.vocabulary) if hasattr(self, "vocabulary") else 1}

    @property
    def uses(self) -> dict[str, str]:
        """To write."""
        known = set("KING:") <= set(self.vocabulary.characters)
        return {"let it write": "generate.py" + (' prompt="KING:"' if known else "")}

    def prepare_data(self) -> None:
        """Fetches the text, once a machine.

        Raises:
            OSError: it could not be fetched, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(PLAYS, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the text and its vocabulary.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: the file is not UTF-8, or the text is too short.
        """
        text = self._text()
        self.check_unchanged()
        if not hasattr(self, "vocabulary"):
            self.vocabulary = Vocabulary(text)
        try:
            characters = self.vocabulary.encode(text)
        except ValueError as error:
            raise ValueError(f"data: {self.source} has characters {error}") from error
        counts = split_counts(len(text), self.validation, self.test, self.source, "characters")
        train, validation, test = torch.split(characters, list(counts))
        self._splits = {
            "train": train,
            "validation": validation,
            "test": test,
        }
        for part in self._splits:
            self._streams(part)  # refuses a text that is too short before any training

    def _text(self) -> str:
        if self.path is None:
            return read_plays(fetch(PLAYS, self.directory))
        text = read_text("data.path", Path(self.path))
        if not text:
            raise ValueError(f"data.path: {self.path} is empty")
        return text

    def train_dataloader(self) -> Streams:
        """Batches of inputs and targets, each `(T, B)`, all of the same size."""
        return self._streams("train")

    def val_dataloader(self) -> Streams:
        """Batches of inputs and targets; the last may be shorter."""
        return self._streams("validation")

    def test_dataloader(self) -> Streams:
        """Batches of inputs and targets; the last may be shorter."""
        return self._streams("test")

    def _streams(self, part: str) -> Streams:
        characters = self._splits[part]
        rank, world_size = (
            (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        )
        batch_size = self.batch_size
        if part != "train":  # as many streams as can be filled
            batch_size = max(1, min(batch_size, len(characters) // self.chunk_length // world_size))
        try:
            return Streams(
                characters,
                batch_size * world_size,
                self.chunk_length,
                whole_chunks=part == "train",
                part=rank,
                parts=world_size,
            )
        except ValueError as error:
            raise ValueError(
                f"data: the {part} part of {self.source} is too short: {error}; give a longer "
                "text, or lower data.batch_size or data.chunk_length"
            ) from error

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint needs to read and write the same characters."""
        return {
            **super().state_dict(),
            "vocabulary": self.vocabulary.characters,
            "validation": self.validation,
            "test": self.test,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over the vocabulary of a checkpoint and, unless a text was given, its text.

        Raises:
            ValueError: the text that has been read has other characters.
        """
        vocabulary = Vocabulary(state["vocabulary"])
        if hasattr(self, "vocabulary") and self.vocabulary.characters != vocabulary.characters:
            raise ValueError(
                f"data: the characters of {self.source} are not those the checkpoint was trained on"
            )
        self.vocabulary = vocabulary
        given = self.path is not None
        super().load_state_dict(state)
        if not given:
            self.validation = state["validation"]  # so that the same part is tested
            self.test = state["test"]
