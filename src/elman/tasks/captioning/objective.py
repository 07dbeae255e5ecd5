"""The objective of image captioning."""

from torch import Tensor

from elman.training.objectives import Objective
from elman.training.sequence_cross_entropy import sequence_cross_entropy, sequence_step_costs


class NextWord(Objective):
    """`C_t = −log softmax(O_t)_{y_t}`, averaged (slide "Back propagation through time")."""

    metric = "exact_match"
    mode = "max"
    summary = "exact match {exact_match:.1%}"
    label = "exact match of captions"
    softmax = True

    def cost(self, O: Tensor, y: tuple[Tensor, Tensor]) -> Tensor:
        """The average cost of the time steps, without the padding, in nats.

        Args:
            O: outputs, `(T, B, K)`.
            y: the next words, and a mask that is true where a word is not padding, `(T, B)` each.

        Returns:
            C: scalar.
        """
        next_words, mask = y
        return sequence_cross_entropy(O, next_words, mask)

    def step_costs(self, O: Tensor, y: tuple[Tensor, Tensor]) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        return sequence_step_costs(O, *y)

    def metrics(self, cost: Tensor, O: Tensor, y: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
        """`exact_match`, the fraction of captions whose words are all correct, and `cost`.

        The decoder reads the correct words here (teacher forcing). Greedy decoding writes exactly
        the captions that are all correct in this sense.
        """
        next_words, mask = y
        correct = (O.argmax(-1) == next_words) | ~mask  # (T, B)
        return {"exact_match": correct.all(0).to(O.dtype).mean(), "cost": cost}

    def count(self, y: tuple[Tensor, Tensor]) -> int:
        """Number of captions."""
        return y[0].shape[1]

    def costs(self, y: tuple[Tensor, Tensor]) -> int:
        """Number of words, without the padding."""
        return int(y[1].sum())
