"""What training minimises, and the figures by which people judge it."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from string import Formatter
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from elman.checks import check_probability
from elman.equations import sequence_cost, squared_error


class Objective(Protocol):
    """The cost of a network's outputs, apart from any network.

    Attributes:
        judged_by: the name of the figure that people judge by.
        told: how it is told, as a format of the figures.
        label: what it is, on the axis of a plot.
    """

    judged_by: str
    told: str
    label: str

    def cost(self, O: Any, y: Any) -> Tensor:
        """The scalar to minimise."""

    def figures(self, cost: Tensor, O: Any, y: Any) -> dict[str, Tensor]:
        """What to report, by name."""

    def count(self, y: Any) -> int:
        """How many costs the cost is the average of."""


def tell(objective: Objective, figures: Mapping[str, float], tested: str) -> str:
    """What a test has found, in a sentence.

    Args:
        objective: says by which figure to judge, and how it is told.
        figures: by name, as a test logs them: `test/accuracy`.
        tested: what the network was tested with.

    Returns:
        The figure to judge by, and in brackets all others.
    """
    named = {name.removeprefix("test/"): value for name, value in figures.items()}
    in_words = {name for _, name, _, _ in Formatter().parse(objective.told)}
    others = [f"{name} {value:.4g}" for name, value in named.items() if name not in in_words]
    beside = f" ({', '.join(others)})" if others else ""
    return f"Test: {objective.told.format(**named)} on {tested}{beside}"


class NextCharacter:
    """`C_t = −log softmax(O_t)_{y_t}`, averaged (slide "Back propagation through time")."""

    judged_by = "bpc"
    told = "{bpc:.3f} bits per character"
    label = "bits per character"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The average cost of the time steps, in nats.

        Args:
            O: outputs, `(T, B, K)`.
            y: numbers of the characters that came next, `(T, B)`.

        Returns:
            C: scalar.
        """
        # cross_entropy takes log softmax in one stable operation.
        costs = functional.cross_entropy(O.flatten(0, 1), y.flatten(), reduction="none")
        return sequence_cost(costs.view_as(y))  # C = (1/T) Σ_t C_t

    def figures(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:  # noqa: ARG002
        """`bpc`, bits per character: the cost to the base 2."""
        return {"bpc": cost / math.log(2)}

    def count(self, y: Tensor) -> int:
        """Time steps."""
        return y.numel()


class _Classes:
    """What all costs of telling classes apart are judged by: how many are told right."""

    judged_by = "accuracy"
    told = "{accuracy:.1%} right"
    label = "share told right"

    def figures(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`accuracy`, the share of examples whose largest output is the right one, and `cost`."""
        return {"accuracy": (O.argmax(-1) == y).to(O.dtype).mean(), "cost": cost}

    def count(self, y: Tensor) -> int:
        """Examples."""
        return len(y)


class SquaredError(_Classes):
    """`C₀ = Σ (a^(L) − y)²`, y being 1 for the right class, else 0 (slide "Gradient descent")."""

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples.

        Args:
            O: activations of the last layer, `(B, K)`.
            y: numbers of the right classes, `(B)`.

        Returns:
            C: scalar.

        Raises:
            ValueError: there are more classes than outputs.
        """
        # A row of the identity for each class, since one_hot does not go with torch.func.vmap.
        wanted = torch.eye(O.shape[-1], dtype=O.dtype, device=O.device)
        with _an_output_for_each_class(O, y):
            return squared_error(O, wanted[y]).mean()  # (B, K), (B, K) → scalar


class CrossEntropy(_Classes):
    """`C₀ = −log softmax(O)_y`: how surprised the network is by the right class.

    Args:
        smoothing: as if this share of the examples were of any class whatever, which keeps a
            network from being sure of what it cannot know.

    Raises:
        ValueError: `smoothing` is no share.
    """

    def __init__(self, smoothing: float = 0.0) -> None:
        check_probability("objective.smoothing", smoothing)
        self.smoothing = smoothing

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples, in nats.

        Args:
            O: outputs of the last layer, with no σ, `(B, K)`.
            y: numbers of the right classes, `(B)`.

        Returns:
            C: scalar.

        Raises:
            ValueError: there are more classes than outputs.
        """
        with _an_output_for_each_class(O, y):
            return functional.cross_entropy(O, y, label_smoothing=self.smoothing)


@contextmanager
def _an_output_for_each_class(O: Tensor, y: Tensor) -> Iterator[None]:
    try:
        yield
    except IndexError as error:
        raise ValueError(
            f"the network has {O.shape[-1]} outputs, too few for the classes of the data: an "
            f"example is of number {int(y.max())}, counted from 0"
        ) from error


class Reconstruction:
    """`C₀ = Σ (â − a)²`: what an autoencoder has lost of its input."""

    judged_by = "mse"
    told = "mean squared error {mse:.5f}"
    label = "mean squared error"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the examples.

        Args:
            O: what was made of the codes, `(B, K)`.
            y: the inputs themselves, `(B, K)`.

        Returns:
            C: scalar.
        """
        return squared_error(O, y).mean()

    def figures(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:  # noqa: ARG002
        """`mse`: the cost for each number of an example."""
        return {"mse": cost / y.shape[-1]}

    def count(self, y: Tensor) -> int:
        """Examples."""
        return len(y)
