"""The sequence that the page shows, and the texts of its time steps."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from lightning import LightningDataModule
from torch import Tensor

from elman.data.description import classes_of, source_of, symbols_of
from elman.data.vocabulary import Vocabulary
from elman.inspection.unfolded.texts import texts_of
from elman.inspection.validation_sequences import validation_sequences
from elman.training.supervised import Batch


class Example(NamedTuple):
    """One sequence as a batch of one.

    Attributes:
        inputs: what the network reads, a tensor or several.
        y: the targets.
        texts: of each input that is a sequence of symbols or of a few numbers, a text for each of
            its time steps.
        classes: a text for each class of the targets, or for the first ones.
        description: what it is.
    """

    inputs: Any
    y: Any
    texts: Sequence[list[str]]
    classes: Sequence[str]
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
    if not isinstance(vocabulary, Vocabulary) or not _is_stream(data):
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
    inputs, y = characters[:-1], characters[1:]
    return _example(data, inputs, (inputs, y), "The text that was given")


def validation_example(data: LightningDataModule, index: int, steps: int) -> Example:
    """An example of the validation data; of a text, one of the streams.

    Args:
        data: set up.
        index: of the example, from 0.
        steps: the largest number of time steps of a stream that has no end.

    Raises:
        TypeError: the index is not an int.
        ValueError: there is no such example.
    """
    if not isinstance(index, int) or isinstance(index, bool):
        raise TypeError(f"example must be an int, got {index!r}")
    (read, _), batch = validation_sequences(data, index, 1, steps)
    return _example(data, read, batch, f"Validation example {index} of {source_of(data)}")


def _is_stream(data: LightningDataModule) -> bool:
    """Whether the targets of a batch are the next inputs, `(T, B)` each."""
    inputs, y = next(iter(data.val_dataloader()))
    return isinstance(inputs, Tensor) and isinstance(y, Tensor) and inputs.shape == y.shape


def _example(data: LightningDataModule, read: Any, batch: Batch, description: str) -> Example:
    """The example of a batch; `read` are its inputs as the loader makes them."""
    symbols = symbols_of(data)
    tensors = [read] if isinstance(read, Tensor) else read
    texts = [texts_of(x, symbols) for x in tensors]
    return Example(*batch, [text for text in texts if text], classes_of(data), description)
