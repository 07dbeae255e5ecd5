"""Training of a captioner, tested by the captions that it writes."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor
from torchmetrics.functional.text import bleu_score

from elman.checks import check_beam_width
from elman.networks.captioner import Captioner
from elman.tasks.captioning.baselines import most_frequent_caption, nearest_captions
from elman.tasks.captioning.data import CaptioningData
from elman.tasks.captioning.vocabulary import BEGIN, END, WordVocabulary
from elman.training.supervised import Batch, SupervisedTraining

MAX_LENGTH = 40  # words of a caption, `END` included; longer captions are cut off


class CaptioningTraining(SupervisedTraining):
    """`SupervisedTraining` whose test writes captions by beam search.

    The test logs the exact match and BLEU-4 of the network's captions and of two baselines: the
    most frequent training caption, and the caption of the training image with the nearest pixels.

    Args:
        args: see `SupervisedTraining`.
        beam_width: hypotheses of each image in the test, see `elman.networks.beam_search`.
        kwargs: see `SupervisedTraining`.

    Attributes:
        predictions: the captions written by the last test, in the order of the test split.

    Raises:
        TypeError, ValueError: `beam_width` is not a positive int.
    """

    predictions: list[str]
    baseline_summary = (
        "BLEU-4 {bleu:.2f}; nearest image {nearest_exact_match:.1%}, BLEU-4 "
        "{nearest_bleu:.2f}; most frequent caption {frequent_exact_match:.1%}"
    )

    def __init__(self, *args: Any, beam_width: int = 3, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.beam_width = check_beam_width("training.beam_width", beam_width)

    def on_test_epoch_start(self) -> None:
        """Clears the predictions of an earlier test."""
        self.predictions = []

    def test_step(self, batch: Batch, batch_idx: int) -> None:  # noqa: ARG002
        """Logs the cost of a batch, and writes its captions."""
        (images, words), y = batch
        cost = self.objective.cost(self.network(images, words), y)
        self.log("test/cost", cost, batch_size=self.objective.count(y))
        network = cast("Captioner", self.network)
        self.predictions += write_captions(network, self._data.vocabulary, images, self.beam_width)

    def on_test_epoch_end(self) -> None:
        """Logs exact match and BLEU-4 of all captions, and of the baselines."""
        tested = slice(len(self.predictions))  # fewer than all if the trainer limits the batches
        references = self._data.captions["test"][tested]
        images, training_images = (
            [image for image, _ in self._data.splits[split]] for split in ("test", "train")
        )
        training_captions = self._data.captions["train"]
        nearest = nearest_captions(images[tested], training_images, training_captions)
        frequent = [most_frequent_caption(training_captions)] * len(references)
        for prefix, captions in (
            ("", self.predictions),
            ("nearest_", nearest),
            ("frequent_", frequent),
        ):
            for name, value in caption_metrics(captions, references).items():
                self.log(f"test/{prefix}{name}", value)

    @property
    def _data(self) -> CaptioningData:
        return cast("CaptioningData", self.trainer.datamodule)  # type: ignore[attr-defined]


def write_captions(
    network: Captioner, vocabulary: WordVocabulary, images: Tensor, beam_width: int
) -> list[str]:
    """The most probable caption of each image that beam search finds.

    Args:
        network: in evaluation mode.
        vocabulary: of the network.
        images: RGB values from 0 to 1, `(B, 3, side, side)`.
        beam_width: hypotheses of each image, see `elman.networks.beam_search`.
    """
    beams = network.generate(images, BEGIN, END, beam_width, MAX_LENGTH)  # (B, beam_width, L)
    return [vocabulary.decode(best) for best in beams.tokens[:, 0].tolist()]


def caption_metrics(predictions: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """`exact_match`, a fraction, and `bleu`, corpus BLEU-4 (Papineni et al. 2002) from 0 to 1."""
    matches = [a == b for a, b in zip(predictions, references, strict=True)]
    bleu = bleu_score(predictions, [[caption] for caption in references])
    return {"exact_match": torch.tensor(matches).float().mean().item(), "bleu": bleu.item()}
