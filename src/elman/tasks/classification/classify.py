"""What a trained network takes a person's own sequences for."""

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
from elman.tasks.classification.texts import TextClassificationData, marked
from elman.tasks.given_texts import given_texts
from elman.training.checkpoint import restore


def classify(config: DictConfig) -> Iterator[str]:
    """The likeliest classes of each sequence that a person gives, as they are computed.

    Args:
        config: as composed from `conf/classify.yaml`.

    Yields:
        A line for each sequence: what it is, and its classes with their probabilities.

    Raises:
        TypeError, ValueError, OSError: the checkpoint is not to be had or tells no classes of
            sequences, or there is no sequence where one should be.
    """
    check_size("top", config.top)
    check_on_bad("on_bad", config.on_bad)
    network, data, _ = restore(config.checkpoint)
    if not isinstance(data, ClassificationData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__} for "
            f"{type(data).__name__}; give the run of a network that tells classes of sequences, "
            "such as experiment=names"
        )
    if isinstance(data, TextClassificationData):
        if config.path is not None:
            raise ValueError("path: texts are given as text=…, or line by line on standard input")
        sequences = _texts(data, config.text)
    else:
        if config.path is None:
            raise ValueError("path: this network takes a .ts file of series, path=FILE")
        bad = BadLines(config.path, config.on_bad, "on_bad")
        lines = read_lines("path", Path(config.path))
        sequences = ((f"line {each.line}", each.sequence) for each in data.read(lines, bad))
    for name, sequence in sequences:
        told = likeliest(network, data, sequence, config.top)
        yield f"{name}: {', '.join(f'{label} {100 * share:.1f} %' for label, share in told)}"


def likeliest(
    network: nn.Module, data: ClassificationData, sequence: Any, top: int
) -> list[tuple[str, float]]:
    """The likeliest classes of a sequence, `top` of them or all, with their probabilities."""
    with torch.inference_mode():
        O = network(*data.batch([sequence]))  # (1, K)
    # ŷ = softmax(O)
    y_hat, classes = softmax(O[0]).topk(min(top, O.shape[1]))
    pairs = zip(classes.tolist(), y_hat.tolist(), strict=True)
    return [(data.classes[k], share) for k, share in pairs]


def _texts(data: TextClassificationData, text: object) -> Iterator[tuple[str, str]]:
    for _, name in given_texts(text):
        read = marked(name)
        if unknown := data.unknown(read):
            characters = " ".join(map(repr, dict.fromkeys(unknown)))
            count = f"{len(unknown)} of {len(read) - 2}"  # without the marks of its ends
            print(
                f"{name}: {count} characters unknown to the network: {characters}", file=sys.stderr
            )
        yield name, read
