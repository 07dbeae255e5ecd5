"""Translations that a trained network writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import torch
from omegaconf import DictConfig
from torch import Tensor

from elman.networks.encoder_decoder import EncoderDecoder
from elman.tasks.given_texts import given_texts
from elman.tasks.translation.attention import plot_attention
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.subwords import BEGIN, END, Subwords
from elman.training.checkpoint import restore


def translate(config: DictConfig) -> Iterator[str]:
    """What a checkpoint's network writes for a text, or for each line of standard input.

    Args:
        config: as composed from `conf/translate.yaml`.

    Yields:
        Each translation, as soon as its line has been read.

    Raises:
        TypeError, ValueError, OSError: the checkpoint is not to be had, a line is empty or has
            characters that it does not know, a value is out of range, or there is no attention to
            be drawn.
    """
    network, data, _ = restore(config.checkpoint)
    if not isinstance(network, EncoderDecoder) or not isinstance(data, TranslationData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__}, which does not "
            "translate; give the run of an encoder-decoder"
        )
    if config.attention is not None and (config.text is None or network.attention is None):
        what = "a single text, text=…," if network.attention else "a network that has attention"
        raise ValueError(f"attention: {what} is needed to draw where it looks")
    for where, line in given_texts(config.text):
        x = _encode(where, line, data.vocabulary)
        lengths = torch.tensor([len(x)])
        beams = network.translate(
            x, lengths, BEGIN, END, config.width, config.maximum_length, config.length_penalty
        )
        y = beams.tokens[0, 0, : beams.lengths[0, 0]]  # (T)
        if config.attention is not None:
            draw(network, data.vocabulary, x, y.clone(), Path(config.attention))
        yield data.vocabulary.decode(y.tolist())


def _encode(where: str, text: str, vocabulary: Subwords) -> Tensor:
    """The tokens of a source, `(S, 1)`."""
    unknown = vocabulary.unknown(text)
    if unknown:
        raise ValueError(
            f"{where}: has characters that the network has never seen: "
            f"{' '.join(map(repr, unknown[:10]))}"
        )
    tokens = vocabulary.encode(text)
    if not tokens:  # of the mark that stands for a space alone
        raise ValueError(f"{where}: is empty")
    return torch.tensor(tokens).unsqueeze(1)


@torch.no_grad()
def draw(network: EncoderDecoder, vocabulary: Subwords, x: Tensor, y: Tensor, path: Path) -> None:
    """Draws where the network looked while it wrote y.

    Args:
        network: with attention.
        vocabulary: of the tokens.
        x: the source, `(S, 1)`.
        y: what was written, `(T)`.
        path: of the picture, see `plot_attention`.
    """
    source = network.encode(x, torch.tensor([len(x)]))
    before = torch.cat([torch.tensor([BEGIN]), y[:-1]]).unsqueeze(1)  # (T, 1)
    _, _, α = network.decode(before, source.h_0, source)  # (T, 1, S)
    written = ["end" if token == END else vocabulary.pieces([token])[0] for token in y.tolist()]
    plot_attention(cast("Tensor", α)[:, 0], vocabulary.pieces(x[:, 0].tolist()), written, path)
