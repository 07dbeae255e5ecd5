"""Captioning baselines that repeat a training caption, to compare a network with."""

from collections import Counter
from collections.abc import Sequence

import torch
from sklearn.metrics import pairwise_distances_argmin
from torch import Tensor


def most_frequent_caption(captions: Sequence[str]) -> str:
    """The most frequent caption; of several, the first in alphabetical order."""
    counts = Counter(captions)
    return min(counts, key=lambda caption: (-counts[caption], caption))


def nearest_captions(
    images: Sequence[Tensor], training_images: Sequence[Tensor], training_captions: Sequence[str]
) -> list[str]:
    """For each image, the caption of the training image at the smallest Euclidean distance.

    Args:
        images: pixels, `(3, side, side)` each.
        training_images: N images of the same shape.
        training_captions: N captions.
    """
    pixels, training_pixels = (
        torch.stack(list(group)).flatten(1).float().numpy() for group in (images, training_images)
    )
    nearest = pairwise_distances_argmin(pixels, training_pixels)
    return [training_captions[index] for index in nearest]
