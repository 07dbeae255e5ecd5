"""How a translator is trained, and tested by what it writes."""

from typing import Any, cast

from torch import Tensor
from torchmetrics.text import CHRFScore, SacreBLEUScore

from elman.networks.encoder_decoder import EncoderDecoder
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.nearest import nearest
from elman.tasks.translation.subwords import BEGIN, END
from elman.training.supervised import Batch, SupervisedTraining


class TranslationTraining(SupervisedTraining):
    """`SupervisedTraining` that validates and tests by the translations themselves.

    Logs chrF (Popović 2015), from 0 to 100, greedy in validation, by beam search in the test; there
    also BLEU, and the same of two ways to translate without learning: to copy the source, and to
    say what was said to the most similar sentence of the training.

    Args:
        args: of `SupervisedTraining`.
        width: of the beam, see `elman.networks.beam_search`.
        maximum_length: of a translation, in tokens.
        length_penalty: see `elman.networks.beam_search`.
        kwargs: of `SupervisedTraining`.
    """

    network: EncoderDecoder
    baseline_summary = (
        "BLEU {bleu:.1f}; nearest sentence {nearest_chrf:.1f}, BLEU {nearest_bleu:.1f}; copying "
        "{copy_chrf:.1f}, BLEU {copy_bleu:.1f}"
    )

    def __init__(
        self,
        *args: Any,
        width: int = 5,
        maximum_length: int = 60,
        length_penalty: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.width = width
        self.maximum_length = maximum_length
        self.length_penalty = length_penalty
        self.chrf = CHRFScore(n_word_order=0)
        self.bleu = SacreBLEUScore()

    def _evaluate(self, part: str, batch: Batch, batch_idx: int) -> None:
        super()._evaluate(part, batch, batch_idx)
        (x, lengths, _), y = batch
        width = self.width if part == "test" else 1
        beams = self.network.translate(
            x, lengths, BEGIN, END, width, self.maximum_length, self.length_penalty
        )
        vocabulary = self._data.vocabulary
        written = [vocabulary.decode(tokens) for tokens in beams.tokens[:, 0].tolist()]
        references = [[text] for text in y.texts]
        self.chrf.update(written, references)
        if part == "test":
            self.bleu.update(written, references)

    def on_validation_epoch_end(self) -> None:
        """Logs the figure of all translations."""
        self._log_metric("validation/chrf", self.chrf, prog_bar=True)

    def on_test_epoch_end(self) -> None:
        """Logs the figures of all translations, and those of translating without learning."""
        self._log_metric("test/chrf", self.chrf)
        self._log_metric("test/bleu", self.bleu)
        train, test = (self._data.splits[part] for part in ("train", "test"))
        sources = [pair.source for pair in test]
        references = [[pair.target] for pair in test]
        similar = nearest(sources, [pair.source for pair in train]).tolist()
        for how, written in (
            ("copy", sources),
            ("nearest", [train[number].target for number in similar]),
        ):
            for name, metric in (("chrf", self.chrf), ("bleu", self.bleu)):
                metric.update(written, references)
                self._log_metric(f"test/{how}_{name}", metric)

    def _log_metric(self, name: str, metric: CHRFScore | SacreBLEUScore, **when: Any) -> None:
        self.log(name, 100 * cast("Tensor", metric.compute()), **when)
        metric.reset()

    @property
    def _data(self) -> TranslationData:
        return cast("TranslationData", self.trainer.datamodule)  # type: ignore[attr-defined]
