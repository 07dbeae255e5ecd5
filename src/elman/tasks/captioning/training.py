"""How a network that writes captions is trained, and what is made of its test."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor
from torchmetrics.functional.text import bleu_score

from elman.checks import check_size
from elman.networks.captioner import Captioner
from elman.tasks.captioning.baselines import most_frequent, nearest
from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.words import BEGIN, END, Words
from elman.training.supervised import Batch, SupervisedTraining

LONGEST = 40  # words of a caption, at which it is cut off


class CaptioningTraining(SupervisedTraining):
    """Trains as `SupervisedTraining` does; tests with captions written by beam search.

    Beside its own figures, the test tells those of two who know the training captions alone: who
    writes the most frequent one under every picture, and who writes that of the training picture
    whose pixels are nearest.

    Args:
        beam_width: captions that the search keeps for each picture.

    Attributes:
        told: after a test, the captions written, in the order of the test pictures.

    Raises:
        TypeError, ValueError: `beam_width` is not a positive int.
    """

    told: list[str]
    baseline_summary = (
        "BLEU-4 {bleu:.2f}; nearest picture {nearest_exact_match:.1%}, BLEU-4 "
        "{nearest_bleu:.2f}; most frequent caption {frequent_exact_match:.1%}"
    )

    def __init__(self, *args: Any, beam_width: int = 3, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        check_size("training.beam_width", beam_width)
        self.beam_width = beam_width

    def on_test_epoch_start(self) -> None:
        """Nothing has been told yet."""
        self.told = []
        self._nearest: list[str] = []

    def test_step(self, batch: Batch, batch_idx: int) -> None:  # noqa: ARG002
        """Writes the captions of a batch."""
        (pictures, words), y = batch
        cost = self.objective.cost(self.network(pictures, words), y)
        self.log("test/cost", cost, batch_size=self.objective.count(y))
        network = cast("Captioner", self.network)
        self.told += write(network, self._data.words, pictures, self.beam_width)
        self._nearest += nearest(pictures, self._data)

    def on_test_epoch_end(self) -> None:
        """Logs the figures of all captions."""
        truth = self._data.captions["test"][: len(self.told)]  # fewer where batches are limited
        frequent = [most_frequent(self._data.captions["train"])] * len(truth)
        for prefix, told in (("", self.told), ("nearest_", self._nearest), ("frequent_", frequent)):
            for name, figure in compared(told, truth).items():
                self.log(f"test/{prefix}{name}", figure)

    @property
    def _data(self) -> CaptioningData:
        return cast("CaptioningData", self.trainer.datamodule)  # type: ignore[attr-defined]


def write(network: Captioner, words: Words, pictures: Tensor, width: int) -> list[str]:
    """The likeliest caption of each picture that beam search of this width finds.

    Args:
        network: in evaluation mode.
        words: that it knows.
        pictures: red, green and blue from 0 to 1, `(B, 3, side, side)`.
        width: captions that the search keeps for each picture.
    """
    tokens = network.generate(pictures, BEGIN, END, width, LONGEST).tokens  # (B, width, L)
    return [words.decode(best) for best in tokens[:, 0].tolist()]


def compared(told: Sequence[str], truth: Sequence[str]) -> dict[str, float]:
    """The share of captions exactly right, and BLEU-4 (Papineni et al. 2002), of all captions."""
    exact = torch.tensor([a == b for a, b in zip(told, truth, strict=True)]).float().mean()
    bleu = bleu_score(told, [[caption] for caption in truth])
    return {"exact_match": exact.item(), "bleu": bleu.item()}
