"""Training of a translation network, evaluated by the translations that it writes."""

from typing import Any, cast

from torch import Tensor
from torchmetrics.text import CHRFScore, SacreBLEUScore

from elman.checks import check_beam_width, check_length_penalty, check_size
from elman.networks.encoder_decoder import EncoderDecoder
from elman.tasks.translation.baselines import baseline_translations
from elman.tasks.translation.data import TranslationData
from elman.tasks.translation.subwords import BEGIN, END
from elman.training.supervised import Batch, SupervisedTraining


class TranslationTraining(SupervisedTraining):
    """`SupervisedTraining` whose validation and test translate the sources.

    Validation uses greedy decoding and logs chrF (Popović 2015). The test uses beam search and logs
    chrF and BLEU (Papineni et al. 2002), also of the baselines (`baseline_translations`). All are
    corpus scores from 0 to 100.

    Args:
        args: see `SupervisedTraining`.
        beam_width: hypotheses of each source in the test, see `elman.networks.beam_search`.
        maximum_length: maximum number of tokens of a translation; longer ones are cut off.
        length_penalty: see `elman.networks.beam_search`.
        kwargs: see `SupervisedTraining`.

    Raises:
        TypeError, ValueError: `beam_width` or `maximum_length` is not a positive int.
    """

    network: EncoderDecoder
    baseline_summary = (
        "BLEU {bleu:.1f}; nearest sentence {nearest_chrf:.1f}, BLEU {nearest_bleu:.1f}; copying "
        "{copy_chrf:.1f}, BLEU {copy_bleu:.1f}"
    )

    def __init__(
        self,
        *args: Any,
        beam_width: int = 5,
        maximum_length: int = 60,
        length_penalty: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        check_beam_width("training.beam_width", beam_width)
        check_size("training.maximum_length", maximum_length)
        check_length_penalty("training.length_penalty", length_penalty)
        self.beam_width = beam_width
        self.maximum_length = maximum_length
        self.length_penalty = length_penalty
        self.chrf = CHRFScore(n_word_order=0)
        self.bleu = SacreBLEUScore()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Logs the cost of a batch, and translates it by greedy decoding."""
        super().validation_step(batch, batch_idx)
        self.chrf.update(self._translations(batch, beam_width=1), _references(batch))

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        """Logs the cost of a batch, and translates it by beam search."""
        super().test_step(batch, batch_idx)
        translations = self._translations(batch, self.beam_width)
        self.chrf.update(translations, _references(batch))
        self.bleu.update(translations, _references(batch))

    def _translations(self, batch: Batch, beam_width: int) -> list[str]:
        (x, lengths, _), _ = batch
        beams = self.network.translate(
            x, lengths, BEGIN, END, beam_width, self.maximum_length, self.length_penalty
        )
        return [self._data.vocabulary.decode(tokens) for tokens in beams.tokens[:, 0].tolist()]

    def on_validation_epoch_end(self) -> None:
        """Logs chrF of all translations."""
        self._log_metric("validation/chrf", self.chrf, prog_bar=True)

    def on_test_epoch_end(self) -> None:
        """Logs chrF and BLEU of all translations, and of the baselines."""
        self._log_metric("test/chrf", self.chrf)
        self._log_metric("test/bleu", self.bleu)
        test = self._data.splits["test"]
        references = [[pair.target] for pair in test]
        baselines = baseline_translations(
            [pair.source for pair in test], self._data.splits["train"]
        )
        for baseline, translations in baselines.items():
            for name, metric in (("chrf", self.chrf), ("bleu", self.bleu)):
                metric.update(translations, references)
                self._log_metric(f"test/{baseline}_{name}", metric)

    def _log_metric(self, name: str, metric: CHRFScore | SacreBLEUScore, **options: Any) -> None:
        self.log(name, 100 * cast("Tensor", metric.compute()), **options)
        metric.reset()

    @property
    def _data(self) -> TranslationData:
        return cast("TranslationData", self.trainer.datamodule)  # type: ignore[attr-defined]


def _references(batch: Batch) -> list[list[str]]:
    return [[sentence] for sentence in batch[1].sentences]
