"""The objective of machine translation."""

from torch import Tensor

from elman.checks import check_probability
from elman.tasks.translation.batches import Target
from elman.tasks.translation.subwords import PAD
from elman.training.objectives import Objective
from elman.training.sequence_cross_entropy import sequence_cross_entropy, sequence_step_costs


class NextToken(Objective):
    """`C_t = −log softmax(O_t)_{y_t}`, averaged (slide "Back propagation through time").

    The main metric, `chrf`, needs whole translations: `TranslationTraining` computes it.

    Args:
        label_smoothing: see `sequence_cross_entropy`; only for the cost that is minimised.

    Raises:
        ValueError: `label_smoothing` is not a number from 0 to 1.
    """

    metric = "chrf"
    mode = "max"
    summary = "{chrf:.1f} chrF"
    label = "chrF of translations"
    softmax = True

    def __init__(self, label_smoothing: float = 0.0) -> None:
        check_probability("objective.label_smoothing", label_smoothing)
        self.label_smoothing = label_smoothing

    def cost(self, O: Tensor, y: Target) -> Tensor:
        """The average cost of the time steps, without the padding, in nats.

        Args:
            O: outputs, `(T, B, K)`.
            y: the next tokens, `(T, B)`, and the target sentences.

        Returns:
            C: scalar.
        """
        return sequence_cross_entropy(O, y.tokens, y.tokens != PAD, self.label_smoothing)

    def step_costs(self, O: Tensor, y: Target) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        return sequence_step_costs(O, y.tokens, y.tokens != PAD, self.label_smoothing)

    def metrics(self, cost: Tensor, O: Tensor, y: Target) -> dict[str, Tensor]:  # noqa: ARG002
        """`cost` in nats per token, without label smoothing."""
        return {"cost": sequence_cross_entropy(O, y.tokens, y.tokens != PAD)}

    def count(self, y: Target) -> int:
        """Number of tokens, without the padding."""
        return int((y.tokens != PAD).sum())
