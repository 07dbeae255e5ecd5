"""Objectives for classification."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import functional

from elman.checks import check_probability
from elman.equations import squared_error
from elman.training.objectives import Objective


class _ClassObjective(Objective):
    """An objective whose main metric is the accuracy."""

    metric = "accuracy"
    mode = "max"
    summary = "accuracy {accuracy:.1%}"
    label = "accuracy"

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`accuracy`, the fraction of examples whose class has the largest output, and `cost`."""
        return {"accuracy": (O.argmax(-1) == y).to(O.dtype).mean(), "cost": cost}


class SquaredError(_ClassObjective):
    """`C₀ = Σ (a^(L) − y)²`, with one-hot targets y (slide "Gradient descent")."""

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples.

        Args:
            O: activations of the last layer, `(B, K)`.
            y: target classes, `(B)`.

        Returns:
            C: scalar.

        Raises:
            ValueError: there are more classes than outputs.
        """
        # torch.func.vmap does not support one_hot, so take rows of the identity.
        one_hot = torch.eye(O.shape[-1], dtype=O.dtype, device=O.device)
        with _an_output_for_each_class(O, y):
            return squared_error(O, one_hot[y]).mean()  # (B, K), (B, K) → scalar


class CrossEntropy(_ClassObjective):
    """`C₀ = −log softmax(O)_y`.

    Args:
        label_smoothing: fraction of the target's probability that is spread evenly over all
            classes, so that an overconfident prediction costs more (Szegedy et al. 2016).

    Raises:
        ValueError: `label_smoothing` is not a number from 0 to 1.
    """

    softmax = True

    def __init__(self, label_smoothing: float = 0.0) -> None:
        check_probability("objective.label_smoothing", label_smoothing)
        self.label_smoothing = label_smoothing

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples, in nats.

        Args:
            O: outputs of the last layer, without σ, `(B, K)`.
            y: target classes, `(B)`.

        Returns:
            C: scalar.

        Raises:
            ValueError: there are more classes than outputs.
        """
        with _an_output_for_each_class(O, y):
            return functional.cross_entropy(O, y, label_smoothing=self.label_smoothing)


@contextmanager
def _an_output_for_each_class(O: Tensor, y: Tensor) -> Iterator[None]:
    try:
        yield
    except IndexError as error:
        raise ValueError(
            f"the network has {O.shape[-1]} outputs, but the data have class {int(y.max())} "
            "(counted from 0)"
        ) from error
