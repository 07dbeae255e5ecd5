"""The cross-entropy of predictions at each time step."""

from torch import Tensor
from torch.nn import functional

from elman.equations import sequence_cost


def sequence_cross_entropy(
    O: Tensor, y: Tensor, mask: Tensor | None = None, label_smoothing: float = 0.0
) -> Tensor:
    """`C_t = −log softmax(O_t)_{y_t}`, averaged (slide "Back propagation through time").

    Args:
        O: outputs, `(T, B, K)`.
        y: target classes, such as the next characters, `(T, B)`.
        mask: true at the time steps to average over, `(T, B)`; None: all of them.
        label_smoothing: fraction of the target's probability that is spread evenly over all
            classes, so that an overconfident prediction costs more (Szegedy et al. 2016).

    Returns:
        C: scalar, in nats.
    """
    return sequence_cost(_costs(O, y, label_smoothing), mask)  # C = (1/T) Σ_t C_t


def sequence_step_costs(
    O: Tensor, y: Tensor, mask: Tensor | None = None, label_smoothing: float = 0.0
) -> Tensor:
    """`C_t / N`, where N is the number of time steps in the average: the parts of C.

    The arguments are those of `sequence_cross_entropy`.

    Returns:
        The parts, `(T, B)`, zero where `mask` is false; their sum is C.
    """
    costs = _costs(O, y, label_smoothing)
    if mask is None:
        return costs / costs.numel()
    return costs.masked_fill(~mask, 0) / mask.sum()


def _costs(O: Tensor, y: Tensor, label_smoothing: float) -> Tensor:
    """`C_t = −log softmax(O_t)_{y_t}`, `(T, B)`."""
    # cross_entropy computes log softmax in one stable operation.
    costs = functional.cross_entropy(
        O.flatten(0, 1), y.flatten(), reduction="none", label_smoothing=label_smoothing
    )
    return costs.view_as(y)
