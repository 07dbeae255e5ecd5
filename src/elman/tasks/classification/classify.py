"""Classifies the user's own sequences with a trained network."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from elman.checks import check_size
from elman.data.bad_lines import BadLines, OnBad
from elman.data.text_file import read_lines
from elman.equations import softmax
from elman.tasks.classification.data import ClassificationData
from elman.tasks.classification.texts import TextClassificationData, normalize
from elman.tasks.given_texts import given_texts
from elman.training.checkpoints.checkpoint import restore


@dataclass(frozen=True)
class Classify:
    """The values of `scripts/classify.py`, explained in `conf/classify.yaml`."""

    checkpoint: str
    trust: list[str]
    text: str | None
    path: str | None
    on_bad: OnBad
    top: int

    def __post_init__(self) -> None:
        check_size("top", self.top)


def classify(values: Classify) -> Iterator[str]:
    """Computes the most probable classes of each of the user's sequences.

    Args:
        values: of the script.

    Yields:
        A line for each sequence: the text, or the line of the file, and its most probable classes
        with their probabilities.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be read or is not of a classifier of
            sequences, or a sequence is missing or invalid.
    """
    network, data, _ = restore(values.checkpoint, trust=values.trust)
    if not isinstance(data, ClassificationData):
        raise ValueError(
            f"checkpoint: {values.checkpoint} holds a {type(network).__name__} for "
            f"{type(data).__name__}; give a run that trained a classifier of sequences, such as "
            "experiment=names"
        )
    if isinstance(data, TextClassificationData):
        if values.path is not None:
            raise ValueError(
                "path must be left out: this network classifies texts; give text=…, or lines on "
                "standard input"
            )
        sequences = _texts(data, values.text)
    else:
        if values.path is None:
            raise ValueError("path must be a .ts file: this network classifies series")
        bad = BadLines(values.path, values.on_bad, "on_bad")
        lines = read_lines("path", Path(values.path))
        sequences = ((f"line {each.line}", each.sequence) for each in data.read(lines, bad))
    for name, sequence in sequences:
        classes = most_probable(network, data, sequence, values.top)
        yield f"{name}: {', '.join(f'{label} {100 * p:.1f} %' for label, p in classes)}"


def most_probable(
    network: nn.Module, data: ClassificationData, sequence: Any, top: int
) -> list[tuple[str, float]]:
    """The `top` most probable classes of a sequence, with their probabilities."""
    with torch.inference_mode():
        O = network(*data.batch([sequence]))  # (1, K)
    # ŷ = softmax(O)
    y_hat, classes = softmax(O[0]).topk(min(top, O.shape[1]))
    return [(data.classes[k], p) for k, p in zip(classes.tolist(), y_hat.tolist(), strict=True)]


def _texts(data: TextClassificationData, text: object) -> Iterator[tuple[str, str]]:
    """The texts as they were given, and normalized; prints a note about unknown characters."""
    for _, given in given_texts(text):
        sequence = normalize(given)
        if unknown := data.unknown(sequence):
            characters = " ".join(map(repr, dict.fromkeys(unknown)))
            count = f"{len(unknown)} of {len(sequence) - 2}"  # without the begin and the end
            print(
                f"{given}: {count} characters are not in the vocabulary: {characters}",
                file=sys.stderr,
            )
        yield given, sequence
