"""Batches of pictures and captions."""

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from elman.tasks.captioning.pictures import WHITE
from elman.tasks.captioning.words import END

Example = tuple[Tensor, Tensor]  # a picture, uint8 (3, side, side), and its caption's numbers
Batch = tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]


def collate(examples: list[Example], shift: int = 0) -> Batch:
    """Puts examples together; captions go on with `END` as far as the longest goes.

    Args:
        examples: B pictures and the numbers of their captions, the marks among them.
        shift: pixels by which each picture is moved by chance, at most.

    Returns:
        The pictures, red, green and blue from 0 to 1, `(B, 3, side, side)`, with the words that the
        decoder reads, `(T, B)`; and the words that come next, `(T, B)`, with a mask, true where
        there is one, `(T, B)`.
    """
    pixels, captions = zip(*examples, strict=True)
    pictures = torch.stack(pixels).float() / WHITE  # (B, 3, side, side)
    numbers = pad_sequence(list(captions), padding_value=END)  # (T + 1, B)
    lengths = torch.tensor([len(caption) - 1 for caption in captions])  # (B)
    words, next_words = numbers[:-1], numbers[1:]  # (T, B)
    mask = torch.arange(len(words)).unsqueeze(1) < lengths  # (T, B)
    return (_move(pictures, shift) if shift else pictures, words), (next_words, mask)


def _move(pictures: Tensor, shift: int) -> Tensor:
    """The pictures, each moved by chance, white where nothing moves in."""
    padded = functional.pad(pictures, [shift] * 4, value=1.0)
    height, width = pictures.shape[2:]
    y_x = torch.randint(2 * shift + 1, (len(pictures), 2)).tolist()
    return torch.stack(
        [
            picture[:, y : y + height, x : x + width]
            for picture, (y, x) in zip(padded, y_x, strict=True)
        ]
    )
