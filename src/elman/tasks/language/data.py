"""Plain text as data for a character-level language model."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from elman.checks import check_size
from elman.data.fetch import fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, describe_size, split_counts
from elman.data.state import check_state
from elman.data.text_file import check_file, read_pieces
from elman.data.vocabulary import Vocabulary
from elman.tasks.language.encoded_text import characters_in, encode_text
from elman.tasks.language.markdown import strip_markdown
from elman.tasks.language.plays import PLAYS, read_plays
from elman.tasks.language.streams import Streams


class CharacterData(DataModule):
    """A text in three consecutive splits: training, validation and, at the end, test.

    A batch is a pair: the indices of T characters of each of B streams, and the indices of the
    characters that follow them, each `(T, B)`.

    Args:
        path: a UTF-8 text file; None: download the plays of Shakespeare.
        directory: the folder for downloaded files, and for the indices of a long text while the
            program runs, see `elman.tasks.language.encoded_text`.
        batch_size: the number of streams B that each process reads in parallel.
        chunk_length: the number of time steps T in a batch. Backpropagation is truncated at the
            end of a chunk.
        validation: size of the validation split; an int is a number of characters, a float a
            fraction of the text.
        test: size of the test split, an int or a float like `validation`.

    Attributes:
        vocabulary: the characters of the text; set by `setup`.

    Raises:
        TypeError, ValueError: an argument is out of range.
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
        self._read: tuple[str | None, str | None] | None = None  # path and hash of what was read

    @property
    def source(self) -> str:
        """A name of the text for messages."""
        return "the plays of Shakespeare" if self.path is None else self.path

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self._splits['train']):,} characters of {self.source}"

    @property
    def test_description(self) -> str:
        """A description of the test split for messages."""
        return f"the last {describe_size(self.test, 'characters')} of {self.source}"

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data; before `setup` their minimum."""
        return {"vocabulary_size": len(self.vocabulary) if hasattr(self, "vocabulary") else 1}

    @property
    def uses(self) -> dict[str, str]:
        """The script that generates text."""
        encodable = set("KING:") <= set(self.vocabulary.characters)
        return {"generate text": "generate.py" + (' prompt="KING:"' if encodable else "")}

    @property
    def symbols(self) -> Sequence[str]:
        """The characters of the vocabulary."""
        return self.vocabulary.characters

    def prepare_data(self) -> None:
        """Downloads the text, once on each machine.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            fetch(PLAYS, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the text, builds the vocabulary and splits the text.

        Raises:
            OSError: the file does not exist or cannot be read.
            ValueError: the file is not UTF-8, the text is too short, or a checkpoint's vocabulary
                lacks some of its characters.
        """
        if self.path is not None:
            check_file("data.path", Path(self.path))
        self.check_unchanged()
        if self._read != (self.path, self._sha256):
            self._characters = self._encoded()
            self._read = self.path, self._sha256
        counts = split_counts(
            len(self._characters), self.validation, self.test, self.source, "characters"
        )
        train, validation, test = torch.split(self._characters, list(counts))
        self._splits = {"train": train, "validation": validation, "test": test}
        for split in self._splits:
            self._streams(split)  # raises an error if the text is too short, before training

    def _encoded(self) -> Tensor:
        """The indices of the text's characters, `(N)`; sets the vocabulary if there is none."""
        characters, length = characters_in(self._pieces())
        if not length:
            raise ValueError(f"data.path: {self.path} is empty")
        if not hasattr(self, "vocabulary"):
            self.vocabulary = Vocabulary(characters)
        try:
            self.vocabulary.encode(characters)
        except ValueError as error:
            raise ValueError(f"data: {self.source} has characters {error}") from error
        return encode_text(self._pieces(), length, self.vocabulary, Path(self.directory))

    def _pieces(self) -> Iterable[str]:
        if self.path is None:
            return [read_plays(fetch(PLAYS, self.directory))]
        return read_pieces("data.path", Path(self.path))

    def printable(self, text: str) -> str:
        """Generated text as a terminal shows it: the plays without their Markdown marks.

        The plays are Markdown (`**HAMLET**`), and so is the text of a network that was trained
        on them. A user's own text stays as it is.
        """
        return strip_markdown(text) if self.path is None else text

    def train_dataloader(self) -> Streams:
        """Training batches, all of the same size."""
        return self._streams("train")

    def val_dataloader(self) -> Streams:
        """Validation batches; the last may be shorter."""
        return self._streams("validation")

    def test_dataloader(self) -> Streams:
        """Test batches; the last may be shorter."""
        return self._streams("test")

    def _streams(self, split: str) -> Streams:
        characters = self._splits[split]
        rank, world_size = (
            (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        )
        batch_size = self.batch_size
        if split != "train":  # no more streams than the split has chunks for
            batch_size = max(1, min(batch_size, len(characters) // self.chunk_length // world_size))
        try:
            return Streams(
                characters,
                batch_size * world_size,
                self.chunk_length,
                whole_chunks=split == "train",
                rank=rank,
                world_size=world_size,
            )
        except ValueError as error:
            raise ValueError(
                f"data: the {split} split of {self.source} is too short: {error}; give a longer "
                "text, or lower data.batch_size or data.chunk_length"
            ) from error

    def state_dict(self) -> dict[str, Any]:
        """The vocabulary and the split sizes, for a checkpoint."""
        return {
            **super().state_dict(),
            "vocabulary": self.vocabulary.characters,
            "validation": self.validation,
            "test": self.test,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores a checkpoint's vocabulary and, if no `path` was given, its text and splits.

        Raises:
            ValueError: a text with other characters has been read already, or a value is missing
                or wrong.
        """
        check_state(state, vocabulary=str)
        vocabulary = Vocabulary(state["vocabulary"])
        if hasattr(self, "vocabulary") and self.vocabulary.characters != vocabulary.characters:
            raise ValueError(
                f"data: the characters of {self.source} must be those of the checkpoint's text"
            )
        self.vocabulary = vocabulary
        own_text = self.path is not None
        super().load_state_dict(state)
        if not own_text:
            check_state(state, validation=int | float, test=int | float)
            check_split_sizes(state["validation"], state["test"])
            self.validation = state["validation"]  # for the same test split
            self.test = state["test"]
