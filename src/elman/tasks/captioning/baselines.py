"""Captions by those who only repeat what they have seen, for a network to be compared with."""

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from elman.tasks.captioning.data import CaptioningData


def most_frequent(captions: Sequence[str]) -> str:
    """The most frequent caption; of several, the first in the alphabet."""
    counts = Counter(captions)
    return min(counts, key=lambda caption: (-counts[caption], caption))


def nearest(pictures: Tensor, data: CaptioningData) -> list[str]:
    """For each picture the caption of the training picture with the nearest pixels.

    The distance is Euclidean, between the pixels that the network sees.

    Args:
        pictures: `(B, 3, side, side)`.
        data: whose training pictures to look at.
    """
    distances = [
        torch.cdist(pictures.flatten(1), seen.to(pictures.device).flatten(1))
        for (seen, _), _ in data.seen_dataloader()
    ]
    chosen = torch.cat(distances, dim=1).argmin(1)
    return [data.captions["train"][number] for number in chosen.tolist()]
