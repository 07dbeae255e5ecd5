import pytest
import torch

from elman.inspection.mean_cost import affordable_examples, mean_cost
from elman.inspection.training_examples import Examples
from elman.inspection.weights import cost_at
from elman.networks import FeedforwardNetwork
from elman.training.class_objectives import SquaredError

EXAMPLES = Examples(torch.rand(250, 4), torch.arange(250) % 2)
NETWORK = FeedforwardNetwork([4, 2])
COST = SquaredError().cost


def test_the_mean_cost_does_not_depend_on_the_batches() -> None:
    w = torch.randn(10)
    expected = cost_at(w, NETWORK, COST, EXAMPLES.inputs, EXAMPLES.y)
    assert mean_cost(NETWORK, COST, EXAMPLES)(w) == pytest.approx(float(expected))


@pytest.mark.parametrize(("seconds", "expected"), [(1e9, 250), (1e-9, 100)])
def test_the_number_of_examples_depends_on_the_time_limit(seconds: float, expected: int) -> None:
    w = torch.zeros(10)
    assert affordable_examples(NETWORK, COST, w, EXAMPLES, 4, seconds) == expected
