import pytest
import torch
from torch.func import grad
from torch.nn.utils import parameters_to_vector

from elman.inspection.changes import WeightChange, format_changes, largest_changes, weight_name
from elman.inspection.weights import cost_at
from elman.networks import ConvolutionalNetwork, FeedforwardNetwork
from elman.training.class_objectives import CrossEntropy, SquaredError


def test_a_name_identifies_the_weight() -> None:
    network = ConvolutionalNetwork(6, [2, 3], 4)
    w = parameters_to_vector(network.parameters())
    for flat_index in range(len(w)):
        name, _, index = weight_name(network, flat_index).rstrip("]").partition("[")
        parameter = network.get_parameter(name)
        assert parameter[tuple(int(i) for i in index.split(", "))] == w[flat_index]
    with pytest.raises(IndexError, match="less than the number of weights"):
        weight_name(network, len(w))


def test_each_matrix_and_each_bias_has_its_largest_change() -> None:
    network = FeedforwardNetwork([2, 2])
    gradient = torch.tensor([0.5, -3.0, 2.0, 1.0, 0.25, -0.5])
    assert largest_changes(network, gradient) == [
        WeightChange("layers.0.W[0, 1]", 1, 3.0),
        WeightChange("layers.0.b[1]", 5, 0.5),
    ]


@pytest.mark.parametrize(
    ("network", "cost"),
    [
        (FeedforwardNetwork([9, 4, 3], dtype=torch.float64), SquaredError().cost),
        (ConvolutionalNetwork(3, [2], 3, dtype=torch.float64), CrossEntropy().cost),
    ],
)
def test_each_change_lowers_the_cost_at_its_rate(
    network: torch.nn.Module, cost: SquaredError
) -> None:
    torch.manual_seed(0)
    a, y = torch.rand(8, 9, dtype=torch.float64), torch.arange(8) % 3
    w = parameters_to_vector(network.parameters()).detach()
    before = cost_at(w, network, cost, a, y)  # type: ignore[arg-type]
    changes = largest_changes(network, grad(cost_at)(w, network, cost, a, y))
    assert len(changes) == 4
    for change in changes:
        changed = w.clone()
        changed[change.flat_index] += 1e-3 if change.value > 0 else -1e-3
        after = cost_at(changed, network, cost, a, y)  # type: ignore[arg-type]
        assert before - after == pytest.approx(1e-3 * abs(change.value), rel=0.02)


def test_changes_are_printed_in_the_words_of_the_slide() -> None:
    changes = [
        WeightChange("w[0]", 0, 0.31),
        WeightChange("w[1]", 1, 0.03),
        WeightChange("w[12]", 12, -1.25),
    ]
    assert format_changes(changes).splitlines() == [
        "     0.31   w[0]  should increase",
        "     0.03   w[1]  should increase (a little)",
        "     −1.2   w[12] should decrease",
    ]
    assert format_changes([WeightChange("b[0]", 0, 0.0)]) == "        0   b[0] should stay as it is"
