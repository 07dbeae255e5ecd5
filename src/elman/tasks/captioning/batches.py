"""Batches of images and captions."""

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from elman.tasks.captioning.images import WHITE
from elman.tasks.captioning.vocabulary import END

Example = tuple[Tensor, Tensor]  # an image, uint8 (3, side, side), and its encoded caption
Batch = tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]


def collate(examples: list[Example], shift: int = 0) -> Batch:
    """The batch of examples; captions are padded with `END`.

    Args:
        examples: B images and encoded captions.
        shift: maximum random translation of each image, in pixels.

    Returns:
        The inputs: images, RGB values from 0 to 1, `(B, 3, side, side)`, and the words that the
        decoder reads, `(T, B)`. The targets: the next words, `(T, B)`, and a mask, true where a
        word is not padding, `(T, B)`.
    """
    pixels, captions = zip(*examples, strict=True)
    images = torch.stack(pixels).float() / WHITE  # (B, 3, side, side)
    encoded = pad_sequence(list(captions), padding_value=END)  # (T + 1, B)
    lengths = torch.tensor([len(caption) - 1 for caption in captions])  # (B)
    words, next_words = encoded[:-1], encoded[1:]  # (T, B)
    mask = torch.arange(len(words)).unsqueeze(1) < lengths  # (T, B)
    return (_random_shift(images, shift) if shift else images, words), (next_words, mask)


def _random_shift(images: Tensor, shift: int) -> Tensor:
    """The images, each moved by a random number of pixels; the free border is white."""
    padded = functional.pad(images, [shift] * 4, value=1.0)
    height, width = images.shape[2:]
    y_x = torch.randint(2 * shift + 1, (len(images), 2)).tolist()
    return torch.stack(
        [image[:, y : y + height, x : x + width] for image, (y, x) in zip(padded, y_x, strict=True)]
    )
