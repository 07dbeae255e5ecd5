"""Classifies the user's own sequences with a trained network."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig
from torch import nn

from elman.checks import check_size
from elman.data.bad_lines import BadLines, check_on_bad
from elman.data.text_file import read_lines
from elman.equations import softmax
from elman.tasks.classification.data import ClassificationData
from elman.tasks.classification.texts import TextClassificationData, normalize
from elman.tasks.given_texts import given_texts
from elman.training.checkpoint import restore


def classify(config: DictConfig) -> Iterator[str]:
    """Computes the most probable classes of each of the user's sequences.

    Args:
        config: the configuration, composed from `conf/classify.yaml`.

    Yields:
        A line for each sequence: the text, or the line of the file, and its most probable classes
        with their probabilities.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be read or is not of a classifier of
            sequences, or a sequence is missing or invalid.
    """
    check_size("top", config.top)
    check_on_bad("on_bad", config.on_bad)
    network, data, _ = restore(config.checkpoint, trust=config.trust)
    if not isinstance(data, ClassificationData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__} for "
            f"{type(data).__name__}; give a run that trained a classifier of sequences, such as "
            "experiment=names"
        )
    if isinstance(data, TextClassificationData):
        if config.path is not None:
            raise ValueError(
                "path: this network classifies texts; give text=…, or lines on standard input"
            )
        sequences = _texts(data, config.text)
    else:
        if config.path is None:
            raise ValueError("path: this network classifies series; give a .ts file with path=FILE")
        bad = BadLines(config.path, config.on_bad, "on_bad")
        lines = read_lines("path", Path(config.path))
        sequences = ((f"line {each.line}", each.sequence) for each in data.read(lines, bad))
    for name, sequence in sequences:
        classes = most_probable(network, data, sequence, config.top)
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
