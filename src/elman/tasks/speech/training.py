"""How a network learns to write down what it hears."""

from typing import Any, cast

from torch import Tensor
from torchmetrics.functional.text import char_error_rate, word_error_rate

from elman.tasks.speech.ctc import BLANK, best_path, prefix_beam_search
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.lexicon import Lexicon
from elman.tasks.speech.objective import Outputs, Target
from elman.training.supervised import SupervisedTraining


def lexicon_of(data: SpeechData) -> Lexicon | None:
    """The words that are written where only these may be said; None: any may be."""
    if data.known_words is None:
        return None
    words = (tuple(data.numbers(word).tolist()) for word in data.known_words)
    space = int(data.numbers(" ")) if " " in data.vocabulary.characters else BLANK  # in no text
    return Lexicon(words, space)


class SpeechTraining(SupervisedTraining):
    """Training by examples that tells which share of words and characters is wrong.

    Insertions, deletions and replacements of words, by the number of words said. The figure to
    judge by, `wer`, is that of utterances without added noise; others are named by their
    condition. Written greedily in training and validation, by beam search in the test, with the
    words alone that may be said where these are known; `greedy` figures are beside it there.

    Args:
        *args: of `SupervisedTraining`.
        beam_width: of the search in a test, see `prefix_beam_search`.
        **kwargs: of `SupervisedTraining`.
    """

    def __init__(self, *args: Any, beam_width: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.beam_width = beam_width

    @property
    def _data(self) -> SpeechData:
        return cast("SpeechData", self.trainer.datamodule)  # type: ignore[attr-defined]

    def on_test_start(self) -> None:
        """Tells the figures under the other conditions beside the one to judge by."""
        self._lexicon = lexicon_of(self._data)
        _, *others = self._data.conditions
        self.baseline_summary = "greedily {wer_greedy:.2%}" + "".join(
            f"; {name.removeprefix('_').replace('_', ' ')} {{wer{name}:.2%}}" for name, *_ in others
        )

    def _log(self, split: str, cost: Tensor, O: Outputs, y: Target, **when: Any) -> None:
        super()._log(split, cost, O, y, **when)
        log_y, steps = O[0].detach().cpu(), O[1].tolist()
        own = [log_y[:T, b] for b, T in enumerate(steps)]  # (T, K) each, without padding
        said = [self._data.text(each[:S].tolist()) for each, S in zip(*y[:2], strict=True)]
        greedy = [self._data.text(best_path(each)) for each in own]
        if split == "train":
            self._log_errors(split, "", greedy, said, **when)
            return
        numbers = y[2].tolist()
        for number in sorted(set(numbers)):
            here = [b for b, other in enumerate(numbers) if other == number]
            name = self._data.conditions[number].name
            those_said = [said[b] for b in here]
            those_greedy = [greedy[b] for b in here]
            if split == "validation":
                self._log_errors(split, name, those_greedy, those_said, **when)
            else:
                searched = [self._searched(own[b]) for b in here]
                self._log_errors(split, name, searched, those_said, **when)
                self._log_errors(split, f"_greedy{name}", those_greedy, those_said, **when)

    def _searched(self, log_y: Tensor) -> str:
        text, _ = prefix_beam_search(log_y, self.beam_width, self._lexicon)
        return self._data.text(text)

    def _log_errors(
        self, part: str, name: str, written: list[str], said: list[str], **when: Any
    ) -> None:
        # Weighted by what is counted, the average of batches is that of all.
        words = sum(len(text.split()) for text in said)
        self.log(f"{part}/wer{name}", word_error_rate(written, said), batch_size=words, **when)
        characters = sum(map(len, said))
        self.log(
            f"{part}/cer{name}",
            char_error_rate(written, said),
            batch_size=characters,
            **{**when, "prog_bar": False},
        )
