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
    # cross_entropy computes log softmax in one stable operation.
    costs = functional.cross_entropy(
        O.flatten(0, 1), y.flatten(), reduction="none", label_smoothing=label_smoothing
    )
    return sequence_cost(costs.view_as(y), mask)  # C = (1/T) Σ_t C_t
