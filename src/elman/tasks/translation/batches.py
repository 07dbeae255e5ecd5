"""Batches of sentence pairs."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from elman.tasks.translation.subwords import BEGIN, END, PAD


class Target(NamedTuple):
    """The targets of a batch.

    Attributes:
        tokens: y_1 … y_T, each sequence ending with `END` and padded with `PAD`, `(T, B)`.
        sentences: the B target sentences as texts.
    """

    tokens: Tensor
    sentences: list[str]


class EncodedPair(NamedTuple):
    """A pair as tokens, and its target sentence as a text."""

    source: list[int]
    target: list[int]
    sentence: str


def collate(examples: Sequence[EncodedPair]) -> tuple[tuple[Tensor, Tensor, Tensor], Target]:
    """The padded batch of examples, see `TranslationData`."""
    x = pad_sequence([torch.tensor(example.source) for example in examples], padding_value=PAD)
    lengths = torch.tensor([len(example.source) for example in examples])
    y = pad_sequence(
        [torch.tensor([BEGIN, *example.target, END]) for example in examples], padding_value=PAD
    )  # (T + 1, B)
    return (x, lengths, y[:-1]), Target(y[1:], [example.sentence for example in examples])
