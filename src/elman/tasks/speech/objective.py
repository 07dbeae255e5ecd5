"""The objective of a speech recognizer."""

from torch import Tensor
from torch.nn import functional

from elman.tasks.speech.ctc import BLANK
from elman.tasks.speech.examples import Target
from elman.training.objectives import Objective

Outputs = tuple[Tensor, Tensor]  # log ŷ (T, B, K), lengths in time steps (B)


class ConnectionistTemporalClassification(Objective):
    """`C = −log Σ P(alignment)`, over all alignments of the target text (Graves et al. 2006).

    `SpeechTraining` computes the main metric, the word error rate, because it needs the texts.
    """

    metric = "wer"
    summary = "word error rate {wer:.2%}"
    label = "word error rate"

    def cost(self, O: Outputs, y: Target) -> Tensor:
        """The average cost per character, in nats.

        Args:
            O: log-probabilities, `(T, B, K)`, and the lengths in time steps, `(B)`.
            y: target characters, `(B, S)`, the lengths of the texts, `(B)`, and conditions.

        Returns:
            C: scalar.

        Raises:
            ValueError: an utterance is too short for any alignment with its text.
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

    def count(self, y: Target) -> int:
        """The number of characters."""
        return int(y[1].sum())
