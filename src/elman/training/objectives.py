"""What training minimises, and the metrics of a test."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from string import Formatter
from typing import Any, ClassVar, Literal

from torch import Tensor


class Objective(ABC):
    """The cost of a network's outputs, and metrics of them.

    A subclass writes `cost`. The main metric is then the cost itself, unless the subclass names
    another one and computes it in `metrics`.

    Attributes:
        metric: the name of the main metric.
        mode: "min" if the main metric is to be small, "max" if it is to be large.
        summary: a format string that states the main metric in words.
        label: the axis label of the main metric in plots.
        softmax: whether `ŷ = softmax(O)` are the probabilities of the target classes.
    """

    metric: ClassVar[str] = "cost"
    mode: ClassVar[Literal["min", "max"]] = "min"
    summary: ClassVar[str] = "cost {cost:.4g}"
    label: ClassVar[str] = "cost"
    softmax: ClassVar[bool] = False

    @abstractmethod
    def cost(self, O: Any, y: Any) -> Tensor:
        """The scalar to minimise, from the network's outputs and the targets."""

    def step_costs(self, O: Any, y: Any) -> Tensor:
        """The parts of the cost, one of each time step whose cost it averages; they sum to it.

        An objective without costs of time steps, such as that of a classifier, has one part.

        Args:
            O: outputs of the network.
            y: targets.

        Returns:
            `(S, B)`, or `(S)` if a part is one number for all sequences.
        """
        return self.cost(O, y).unsqueeze(0)

    def metrics(self, cost: Tensor, O: Any, y: Any) -> dict[str, Tensor]:  # noqa: ARG002
        """The metrics of a batch, by name."""
        return {"cost": cost}

    def count(self, y: Any) -> int:
        """The weight of this batch in the metrics of an epoch."""
        return len(y)

    def costs(self, y: Any) -> int:
        """Number of costs that the cost is the average of."""
        return self.count(y)


def summarize(objective: Objective, metrics: Mapping[str, float], test_data: str) -> str:
    """The result of a test in one sentence.

    Args:
        objective: names the main metric.
        metrics: by name, as a test logs them: `test/accuracy`.
        test_data: a description of the test data.

    Returns:
        The main metric, and in brackets all others.
    """
    named = {name.removeprefix("test/"): value for name, value in metrics.items()}
    in_summary = {name for _, name, _, _ in Formatter().parse(objective.summary)}
    others = [f"{name} {value:.4g}" for name, value in named.items() if name not in in_summary]
    rest = f" ({', '.join(others)})" if others else ""
    return f"Test: {objective.summary.format(**named)} on {test_data}{rest}"
