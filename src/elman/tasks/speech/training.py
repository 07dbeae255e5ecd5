"""How a speech recognizer is trained and tested."""

from typing import Any, cast

from torch import Tensor
from torchmetrics.functional.text import char_error_rate, word_error_rate

from elman.checks import check_beam_width
from elman.tasks.speech.ctc import BLANK, greedy_decode, prefix_beam_search
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.examples import Target
from elman.tasks.speech.lexicon import Lexicon
from elman.tasks.speech.objective import Outputs
from elman.training.supervised import SupervisedTraining


def build_lexicon(data: SpeechData) -> Lexicon | None:
    """The lexicon of a closed vocabulary; None: the data may contain any words."""
    if data.closed_vocabulary is None:
        return None
    words = (tuple(data.encode(word).tolist()) for word in data.closed_vocabulary)
    # Without a space in the alphabet, a text is one word: no character separates words.
    space = int(data.encode(" ")) if " " in data.vocabulary.characters else BLANK
    return Lexicon(words, space)


class SpeechTraining(SupervisedTraining):
    """Supervised training with the word and the character error rate as metrics.

    The main metric `wer` is the word error rate without added noise; the metrics of the other
    conditions end with the name of the condition. Training and validation decode greedily. The test
    uses a beam search, with a lexicon if the vocabulary is closed; its greedy results are
    `wer_greedy` and `cer_greedy`.

    Args:
        *args: arguments of `SupervisedTraining`.
        beam_width: of the beam search in a test, see `prefix_beam_search`.
        **kwargs: arguments of `SupervisedTraining`.

    Raises:
        TypeError, ValueError: `beam_width` is not a positive int.
    """

    def __init__(self, *args: Any, beam_width: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.beam_width = check_beam_width("training.beam_width", beam_width)

    @property
    def _data(self) -> SpeechData:
        return cast("SpeechData", self.trainer.datamodule)  # type: ignore[attr-defined]

    def on_test_start(self) -> None:
        """Prepares the lexicon and the summary of the other metrics."""
        self._lexicon = build_lexicon(self._data)
        _, *others = self._data.conditions
        self.baseline_summary = "greedy {wer_greedy:.2%}" + "".join(
            f"; {name.removeprefix('_').replace('_', ' ')} {{wer{name}:.2%}}" for name, *_ in others
        )

    def _log(self, split: str, cost: Tensor, O: Outputs, y: Target, **when: Any) -> None:
        super()._log(split, cost, O, y, **when)
        log_y, steps = O[0].detach().cpu(), O[1].tolist()
        unpadded = [log_y[:T, b] for b, T in enumerate(steps)]  # (T, K) each
        targets = [self._data.decode(each[:S].tolist()) for each, S in zip(*y[:2], strict=True)]
        greedy = [self._data.decode(greedy_decode(each)) for each in unpadded]
        if split == "train":
            self._log_error_rates(split, "", greedy, targets, **when)
            return
        conditions = y[2].tolist()
        for condition in sorted(set(conditions)):
            members = [b for b, other in enumerate(conditions) if other == condition]
            name = self._data.conditions[condition].name
            their_targets = [targets[b] for b in members]
            their_greedy = [greedy[b] for b in members]
            if split == "validation":
                self._log_error_rates(split, name, their_greedy, their_targets, **when)
            else:
                found = [self._search(unpadded[b]) for b in members]
                self._log_error_rates(split, name, found, their_targets, **when)
                self._log_error_rates(split, f"_greedy{name}", their_greedy, their_targets, **when)

    def _search(self, log_y: Tensor) -> str:
        text, _ = prefix_beam_search(log_y, self.beam_width, self._lexicon)
        return self._data.decode(text)

    def _log_error_rates(
        self, split: str, name: str, predictions: list[str], targets: list[str], **when: Any
    ) -> None:
        # Weighted by its number of words or characters, the mean over batches is that over all.
        words = sum(len(text.split()) for text in targets)
        wer = word_error_rate(predictions, targets)
        in_bar = split != "test" and not name
        self.log(f"{split}/wer{name}", wer, batch_size=words, prog_bar=in_bar, **when)
        characters = sum(map(len, targets))
        cer = char_error_rate(predictions, targets)
        self.log(f"{split}/cer{name}", cer, batch_size=characters, **when)
