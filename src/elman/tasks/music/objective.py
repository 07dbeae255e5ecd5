"""The objective of music: which notes sound at the next quarter note."""

from torch import Tensor
from torch.nn import functional

from elman.equations import sequence_cost
from elman.training.objectives import Objective

Target = tuple[Tensor, Tensor]  # y (T, B, 88), mask (T, B)


class NextNotes(Objective):
    """`C_t = −Σ_k (y_{t,k} log ŷ_{t,k} + (1 − y_{t,k}) log (1 − ŷ_{t,k}))`, `ŷ_t = σ(O_t)`.

    The negative log-likelihood of the notes k of a chord, each on or off by itself
    (Boulanger-Lewandowski, Bengio & Vincent 2012), averaged over the time steps.
    """

    metric = "nll"
    summary = "negative log-likelihood {nll:.3f} nats a chord"
    label = "negative log-likelihood (nats a chord)"

    def cost(self, O: Tensor, y: Target) -> Tensor:
        """The average cost of the time steps, without the padding, in nats.

        Args:
            O: outputs, `(T, B, K)`.
            y: 1 for notes that sound, else 0, `(T, B, K)`; and a mask, `(T, B)`: true where the
                step is not padding.

        Returns:
            C: scalar.
        """
        return sequence_cost(note_costs(O, y[0]), y[1])

    def step_costs(self, O: Tensor, y: Target) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        notes, mask = y
        return note_costs(O, notes).masked_fill(~mask, 0) / mask.sum()

    def metrics(self, cost: Tensor, O: Tensor, y: Target) -> dict[str, Tensor]:
        """`nll`, the cost, and `accuracy`: correct notes of all notes predicted or played.

        That is TP / (TP + FP + FN) over the frames of the batch (Bay, Ehmann & Downie 2009); a note
        is predicted if its probability is above one half.
        """
        notes, mask = y
        predicted, played = (O > 0)[mask], notes.bool()[mask]
        either = (predicted | played).sum().clamp(min=1)
        return {"nll": cost, "accuracy": (predicted & played).sum() / either}

    def count(self, y: Target) -> int:
        """Number of time steps, without the padding."""
        return int(y[1].sum())


def note_costs(O: Tensor, y: Tensor) -> Tensor:
    """`C_t` of each time step; `(…, K), (…, K) → (…)`."""
    costs: Tensor = functional.binary_cross_entropy_with_logits(O, y, reduction="none").sum(-1)
    return costs
