"""Translation with a trained network."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from elman.checks import check_beam_width, check_length_penalty, check_size
from elman.networks.encoder_decoder import EncoderDecoder
from elman.output_files import check_output_file
from elman.tasks.given_texts import given_texts
from elman.tasks.translation.attention import check_format, plot_attention
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.subwords import BEGIN, END, Subwords
from elman.training.checkpoints.checkpoint import restore

DECODING = ("beam_width", "maximum_length", "length_penalty")  # options of the search


@dataclass(frozen=True)
class Translate:
    """The values of `scripts/translate.py`, explained in `conf/translate.yaml`."""

    checkpoint: str
    trust: list[str]
    text: str | None
    attention: str | None
    beam_width: int | None
    maximum_length: int | None
    length_penalty: float | None

    def __post_init__(self) -> None:
        if self.beam_width is not None:
            check_beam_width("beam_width", self.beam_width)
        if self.maximum_length is not None:
            check_size("maximum_length", self.maximum_length)
        if self.length_penalty is not None:
            check_length_penalty("length_penalty", self.length_penalty)
        if self.attention is not None:
            check_output_file("attention", self.attention)
            check_format("attention", self.attention)
            if self.text is None:
                raise ValueError("attention: only one text can be drawn; give it with text=…")


def translate(values: Translate) -> Iterator[str]:
    """Translates a text, or each line of standard input, by the network of a checkpoint.

    Args:
        values: of the script.

    Yields:
        Each translation, before the next line is read.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be used, a line is empty or has
            characters outside the vocabulary, a value is out of range, or attention cannot be
            drawn.
    """
    network, data, checkpoint = restore(values.checkpoint, trust=values.trust)
    if not hasattr(network, "translate") or not isinstance(data, TranslationData):
        raise ValueError(
            f"checkpoint: {values.checkpoint} holds a {type(network).__name__}, which cannot "
            "translate; give the run of an encoder-decoder"
        )
    if values.attention is not None and network.attention is None:
        raise ValueError("attention: the network has no attention to draw; leave the option out")
    translator = cast("EncoderDecoder", network)
    options = _decoding_options(values, checkpoint["training"])
    for location, text in given_texts(values.text):
        x = _encode(location, text, data.vocabulary)
        beams = translator.translate(x, torch.tensor([len(x)]), BEGIN, END, *options)
        y = beams.tokens[0, 0, : beams.lengths[0, 0]]  # (T)
        if values.attention is not None:
            Path(values.attention).parent.mkdir(parents=True, exist_ok=True)
            _draw_attention(translator, data.vocabulary, x, y.clone(), Path(values.attention))
        yield data.vocabulary.decode(y.tolist())


def _decoding_options(values: Translate, tested: dict[str, Any]) -> list[Any]:
    """The values of `DECODING`, or those of the test where they are None."""
    given = {name: getattr(values, name) for name in DECODING}
    return [tested.get(name) if value is None else value for name, value in given.items()]


def _encode(location: str, text: str, vocabulary: Subwords) -> Tensor:
    """The tokens of a source, `(S, 1)`."""
    unknown = vocabulary.unknown_characters(text)
    if unknown:
        raise ValueError(
            f"{location} must not have other characters than the training data: "
            f"{' '.join(map(repr, unknown[:10]))}"
        )
    tokens = vocabulary.encode(text)
    if not tokens:  # the text consists of the character that stands for a space
        raise ValueError(f"{location}: is empty")
    return torch.tensor(tokens).unsqueeze(1)


@torch.no_grad()
def _draw_attention(
    network: EncoderDecoder, vocabulary: Subwords, x: Tensor, y: Tensor, path: Path
) -> None:
    """Draws the attention weights of a translation.

    Args:
        network: with attention.
        vocabulary: of the tokens.
        x: the source, `(S, 1)`.
        y: the translation, `(T)`.
        path: see `plot_attention`.
    """
    source = network.encode(x, torch.tensor([len(x)]))
    previous = torch.cat([torch.tensor([BEGIN]), y[:-1]]).unsqueeze(1)  # y_0 … y_{T−1}, (T, 1)
    _, _, α = network.decode(previous, source.h_0, source)  # (T, 1, S)
    plot_attention(
        cast("Tensor", α)[:, 0],
        vocabulary.readable(x[:, 0].tolist()),
        vocabulary.readable(y.tolist()),
        path,
    )
