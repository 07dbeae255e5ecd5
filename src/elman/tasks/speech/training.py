"""How a network learns to write down what it hears."""

from typing import Any, cast

from torch import Tensor
from torch.nn import functional
from torchmetrics.functional.text import char_error_rate, word_error_rate

from elman.tasks.speech.ctc import BLANK, best_path, prefix_beam_search
from elman.tasks.speech.data import SpeechData
from elman.tasks.speech.lexicon import Lexicon
from elman.training.supervised import ExampleTraining

Outputs = tuple[Tensor, Tensor]  # log ŷ (T, B, K), time steps (B)
Wanted = tuple[Tensor, Tensor, Tensor]  # characters (B, S), how many of them, conditions (B)


class ConnectionistTemporalClassification:
    """`C = −log Σ P(alignment)`, over all alignments of the text that is wanted.

    What it is judged by, the share of words told wrong, takes the vocabulary to tell what is a
    word: `SpeechTraining` has it.
    """

    judged_by = "word_error"
    told = "{word_error:.2%} of the words wrong"
    label = "share of words wrong"

    def cost(self, O: Outputs, y: Wanted) -> Tensor:
        """The average cost of a character, in nats.

        Args:
            O: logarithms of the probabilities, `(T, B, K)`, and the time steps, `(B)`.
            y: numbers of the characters, `(B, S)`, how many of them, `(B)`, and conditions.

        Returns:
            C: scalar.

        Raises:
            ValueError: an utterance has no alignment with its text, being too short.
        """
        log_y, steps = O
        characters, lengths, _ = y
        costs = functional.ctc_loss(
            log_y, characters, steps, lengths, blank=BLANK, reduction="none"
        )
        if costs.isinf().any():
            b = int(costs.isinf().nonzero()[0])
            raise ValueError(
                f"an utterance of {int(steps[b])} time steps is too short for its text of "
                f"{int(lengths[b])} characters"
            )
        return costs.sum() / lengths.sum()

    def figures(self, cost: Tensor, O: Outputs, y: Wanted) -> dict[str, Tensor]:  # noqa: ARG002
        """`cost`."""
        return {"cost": cost}

    def count(self, y: Wanted) -> int:
        """Characters."""
        return int(y[1].sum())


def lexicon_of(data: SpeechData) -> Lexicon | None:
    """The words that are written where only these may be said; None: any may be."""
    if data.known_words is None:
        return None
    words = (tuple(data.numbers(word).tolist()) for word in data.known_words)
    space = int(data.numbers(" ")) if " " in data.vocabulary.characters else BLANK  # in no text
    return Lexicon(words, space)


class SpeechTraining(ExampleTraining):
    """Training by examples that tells which share of words and characters is wrong.

    Insertions, deletions and replacements of words, by the number of words said. The figure to
    judge by, `word_error`, is that of utterances without added noise; others are named by their
    condition. Written greedily in training and validation, by beam search in the test, with the
    words alone that may be said where these are known; `greedy` figures are beside it there.

    Args:
        *args: of `ExampleTraining`.
        beam_width: of the search in a test, see `prefix_beam_search`.
        **kwargs: of `ExampleTraining`.
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
        self.beside = "greedily {word_error_greedy:.2%}" + "".join(
            f"; {name.removeprefix('_').replace('_', ' ')} {{word_error{name}:.2%}}"
            for name, *_ in others
        )

    def _log(self, part: str, cost: Tensor, O: Outputs, y: Wanted, **when: Any) -> None:
        super()._log(part, cost, O, y, **when)
        log_y, steps = O[0].detach().cpu(), O[1].tolist()
        own = [log_y[:T, b] for b, T in enumerate(steps)]  # (T, K) each, without padding
        said = [self._data.text(each[:S].tolist()) for each, S in zip(*y[:2], strict=True)]
        greedy = [self._data.text(best_path(each)) for each in own]
        if part == "train":
            self._log_errors(part, "", greedy, said, **when)
            return
        numbers = y[2].tolist()
        for number in sorted(set(numbers)):
            here = [b for b, other in enumerate(numbers) if other == number]
            name = self._data.conditions[number].name
            those_said = [said[b] for b in here]
            those_greedy = [greedy[b] for b in here]
            if part == "validation":
                self._log_errors(part, name, those_greedy, those_said, **when)
            else:
                searched = [self._searched(own[b]) for b in here]
                self._log_errors(part, name, searched, those_said, **when)
                self._log_errors(part, f"_greedy{name}", those_greedy, those_said, **when)

    def _searched(self, log_y: Tensor) -> str:
        text, _ = prefix_beam_search(log_y, self.beam_width, self._lexicon)
        return self._data.text(text)

    def _log_errors(
        self, part: str, name: str, written: list[str], said: list[str], **when: Any
    ) -> None:
        # Weighted by what is counted, the average of batches is that of all.
        words = sum(len(text.split()) for text in said)
        self.log(
            f"{part}/word_error{name}", word_error_rate(written, said), batch_size=words, **when
        )
        characters = sum(map(len, said))
        self.log(
            f"{part}/character_error{name}",
            char_error_rate(written, said),
            batch_size=characters,
            **{**when, "prog_bar": False},
        )
