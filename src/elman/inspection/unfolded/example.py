"""The sequence that the page shows, and the texts of its time steps."""

from typing import Any, NamedTuple

import torch
from lightning import LightningDataModule
from torch import Tensor
from torch.utils.data import DataLoader

from elman.data.description import source_of
from elman.data.vocabulary import Vocabulary

VISIBLE = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥", "\x02": "⊢", "\x03": "⊣"})


class Example(NamedTuple):
    """One sequence as a batch of one.

    Attributes:
        inputs: what the network reads, a tensor or several.
        y: the targets.
        tokens: the character of each time step; None: it is no text.
        wanted: the character to predict at each time step; None: there is none.
        description: what it is.
    """

    inputs: Any
    y: Any
    tokens: list[str] | None
    wanted: list[str] | None
    description: str


def text_example(data: LightningDataModule, text: str) -> Example:
    """A text that a language model reads: each character's target is the next one.

    Args:
        data: set up; of a language model.
        text: at least three characters, all in the vocabulary.

    Raises:
        ValueError: the network reads no text, or the text is too short or has other characters.
    """
    vocabulary = getattr(data, "vocabulary", None)
    if not isinstance(vocabulary, Vocabulary) or not _is_stream(next(iter(_validation(data)))):
        raise ValueError(
            f"text: the network was trained on {source_of(data)} and is no language model; leave "
            "text out, and choose a validation example with example=…"
        )
    if len(text) < 3:
        raise ValueError(
            f"text must have at least 3 characters, for two time steps and the last target, got "
            f"{text!r}"
        )
    try:
        characters = vocabulary.encode(text).unsqueeze(1)  # (T + 1, 1)
    except ValueError as error:
        raise ValueError(f"text: it has characters {error}") from error
    return _described(data, characters[:-1], characters[1:], "The text that was given")


def validation_example(data: LightningDataModule, index: int) -> Example:
    """An example of the validation data; of a text, one of the streams.

    Args:
        data: set up.
        index: of the example, from 0.

    Raises:
        TypeError: the index is not an int.
        ValueError: there is no such example.
    """
    if not isinstance(index, int) or isinstance(index, bool):
        raise TypeError(f"example must be an int, got {index!r}")
    loader = _validation(data)
    if isinstance(loader, DataLoader):
        count = len(loader.dataset)  # type: ignore[arg-type]
        _check_index(index, count, data)
        batch = loader.collate_fn([loader.dataset[index]])
    else:  # streams of a text, (T, B)
        inputs, y = next(iter(loader))
        _check_index(index, inputs.shape[1], data)
        batch = inputs[:, index : index + 1], y[:, index : index + 1]
    inputs, y = data.on_after_batch_transfer(batch, 0)
    return _described(data, inputs, y, f"Validation example {index} of {source_of(data)}")


def _validation(data: LightningDataModule) -> Any:
    return data.val_dataloader()


def _is_stream(batch: Any) -> bool:
    """Whether the targets of a batch are the next inputs, `(T, B)` each."""
    inputs, y = batch
    return isinstance(inputs, Tensor) and isinstance(y, Tensor) and inputs.shape == y.shape


def _check_index(index: int, count: int, data: LightningDataModule) -> None:
    if not 0 <= index < count:
        raise ValueError(
            f"example must be from 0 to {count - 1}, the validation examples of {source_of(data)}, "
            f"got {index}"
        )


def _described(data: LightningDataModule, inputs: Any, y: Any, description: str) -> Example:
    vocabulary = getattr(data, "vocabulary", None)
    first = inputs if isinstance(inputs, Tensor) else inputs[0]
    tokens = wanted = None
    if isinstance(vocabulary, Vocabulary) and not first.is_floating_point():
        tokens = _texts(vocabulary, first)
        if _is_stream((inputs, y)):
            wanted = _texts(vocabulary, y)
    return Example(inputs, y, tokens, wanted, description)


def _texts(vocabulary: Vocabulary, indices: Tensor) -> list[str]:
    return [character.translate(VISIBLE) for character in vocabulary.decode(torch.ravel(indices))]
