"""Translation with a trained network."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import torch
from omegaconf import DictConfig
from torch import Tensor

from elman.checks import check_size
from elman.networks.encoder_decoder import EncoderDecoder
from elman.tasks.given_texts import given_texts
from elman.tasks.translation.attention import plot_attention
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.subwords import BEGIN, END, Subwords
from elman.training.checkpoint import restore

DECODING = ("beam_width", "maximum_length", "length_penalty")  # options of the search


def translate(config: DictConfig) -> Iterator[str]:
    """Translates a text, or each line of standard input, by the network of a checkpoint.

    Args:
        config: as composed from `conf/translate.yaml`.

    Yields:
        Each translation, before the next line is read.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be used, a line is empty or has
            characters outside the vocabulary, a value is out of range, or attention cannot be
            drawn.
    """
    network, data, checkpoint = restore(config.checkpoint, trust=config.trust)
    if not hasattr(network, "translate") or not isinstance(data, TranslationData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__}, which cannot "
            "translate; give the run of an encoder-decoder"
        )
    if config.attention is not None:
        if network.attention is None:
            raise ValueError(
                "attention: the network has no attention to draw; leave the option out"
            )
        if config.text is None:
            raise ValueError("attention: only one text can be drawn; give it with text=…")
    translator = cast("EncoderDecoder", network)
    options = _decoding_options(config, checkpoint["training"])
    for location, text in given_texts(config.text):
        x = _encode(location, text, data.vocabulary)
        beams = translator.translate(x, torch.tensor([len(x)]), BEGIN, END, *options)
        y = beams.tokens[0, 0, : beams.lengths[0, 0]]  # (T)
        if config.attention is not None:
            _draw_attention(translator, data.vocabulary, x, y.clone(), Path(config.attention))
        yield data.vocabulary.decode(y.tolist())


def _decoding_options(config: DictConfig, tested: dict[str, Any]) -> tuple[int, int, float]:
    """The values of `DECODING` in `config`, or those of the test where they are None."""
    values: list[Any] = [
        tested.get(name) if config[name] is None else config[name] for name in DECODING
    ]
    beam_width, maximum_length, length_penalty = values
    check_size("beam_width", beam_width)
    check_size("maximum_length", maximum_length)
    return beam_width, maximum_length, length_penalty


def _encode(location: str, text: str, vocabulary: Subwords) -> Tensor:
    """The tokens of a source, `(S, 1)`."""
    unknown = vocabulary.unknown_characters(text)
    if unknown:
        raise ValueError(
            f"{location}: has characters that are not in the training data: "
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
