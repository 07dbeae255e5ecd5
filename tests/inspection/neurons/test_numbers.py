from typing import Any

import pytest
import torch
from torch.nn.utils import vector_to_parameters

from elman.inspection.changes import weight_name
from elman.inspection.neurons.choice import Stage
from elman.inspection.neurons.numbers import SHOWN, TERMS, picture, spread, stage_numbers
from elman.inspection.neurons.passes import Passes, forward_and_backward
from elman.inspection.neurons.step import RATES
from elman.networks import FeedforwardNetwork

N = 4
RANDOM = torch.Generator().manual_seed(0)
NETWORK = FeedforwardNetwork([25, 20, 3], dtype=torch.float64)
w = torch.randn(25 * 20 + 20 + 20 * 3 + 3, dtype=torch.float64, generator=RANDOM)
inputs = torch.rand(N, 25, dtype=torch.float64, generator=RANDOM)
y = torch.eye(3, dtype=torch.float64)[[0, 1, 2, 1]]
vector_to_parameters(w, NETWORK.parameters())


@pytest.fixture(scope="module")
def passes() -> Passes:
    """Of examples in a network whose first layer is wider than what the page shows."""
    return forward_and_backward(NETWORK, inputs, y)


@pytest.fixture(scope="module")
def numbers() -> dict[str, Any]:
    numbers, difference = stage_numbers(Stage(8, w), NETWORK, inputs, y)
    assert difference < 1e-15  # from autograd
    return numbers


def test_each_number_is_that_of_the_passes(numbers: dict[str, Any], passes: Passes) -> None:
    assert numbers["steps"] == 8
    assert [len(layer["W"]) for layer in numbers["layers"]] == [SHOWN, 3]
    assert [len(row) for row in numbers["layers"][1]["W"]] == [SHOWN] * 3
    for n, example in enumerate(numbers["examples"]):
        input_gradient = passes.layers[0].dC_da_previous[n]
        percent = (100 * input_gradient / input_gradient.abs().max()).tolist()
        assert example["input_gradient"]["percent"] == pytest.approx(percent, abs=0.51)
        assert example["C"] == pytest.approx(float(passes.C[n]), rel=1e-4)
        for shown, layer in zip(example["layers"], passes.layers, strict=True):
            for name in ("z", "a", "da_dz", "dC_da", "dC_dz"):
                values = getattr(layer, name)[n, :SHOWN].tolist()
                assert shown[name] == pytest.approx(values, rel=1e-4)


def test_the_chain_rule_multiplies_three_numbers(numbers: dict[str, Any], passes: Passes) -> None:
    for example in numbers["examples"]:
        for shown, layer in zip(example["layers"], passes.layers, strict=True):
            weights = shown["chain"]
            for j, k in enumerate(weights["k"]):
                assert len(set(k)) == TERMS
                assert weights["w"][j] == pytest.approx(layer.W[j, k].tolist(), rel=1e-4)
                factor = shown["da_dz"][j] * shown["dC_da"][j]
                products = [dz_dw * factor for dz_dw in weights["dz_dw"][j]]
                assert weights["dC_dw"][j] == pytest.approx(products, rel=1e-3)
                assert weights["autograd"][j] == weights["dC_dw"][j]
                assert weights["autograd_b"][j] == shown["dC_dz"][j]


def test_the_terms_add_up(numbers: dict[str, Any], passes: Passes) -> None:
    for example in numbers["examples"]:
        first, last = example["layers"]
        for shown, layer in zip((first, last), passes.layers, strict=True):
            z = totals(shown["terms"])
            assert shown["z"] == pytest.approx(
                [each + float(b) for each, b in zip(z, layer.b, strict=False)], abs=2e-3
            )
        assert first["to_previous"] is None
        assert totals(last["to_previous"]) == pytest.approx(first["dC_da"], abs=1e-4)


def totals(terms: dict[str, Any]) -> list[float]:
    pairs = zip(terms["product"], terms["rest"], strict=True)
    return [sum(products) + rest for products, rest in pairs]


def test_the_column_matrix_has_the_gradient_of_each_example(
    numbers: dict[str, Any], passes: Passes
) -> None:
    descent = numbers["descent"]
    gradients = passes.gradients()
    names = [weight_name(NETWORK, n) for n in range(gradients.shape[1])]
    assert len(descent["rows"]) == 2 * 4
    for name, row, mean in zip(descent["rows"], descent["columns"], descent["means"], strict=True):
        assert row == pytest.approx((-gradients[:, names.index(name)]).tolist(), rel=1e-4)
        assert mean == pytest.approx(sum(row) / N, abs=1e-5)
    for r, η in enumerate(RATES):
        steps = [each + η * mean for each, mean in zip(descent["w"], descent["means"], strict=True)]
        assert descent["w_after"][r] == pytest.approx(steps, abs=1e-3)
    rows = [names.index(name) for name in descent["rows"]]
    assert descent["w"] == pytest.approx(w[rows].tolist(), rel=1e-4)


def test_each_weight_should_increase_or_decrease(numbers: dict[str, Any]) -> None:
    descent = numbers["descent"]
    for changes in [descent["changes"], *descent["own_changes"]]:
        assert [change["name"].split("[")[0] for change in changes] == [
            name for name, _ in NETWORK.named_parameters()
        ]
        assert all(
            change["words"].startswith("increase" if change["value"] > 0 else "decrease")
            for change in changes
        )
    assert len(descent["own_changes"]) == N


def test_a_picture_is_in_percent_of_the_largest_value() -> None:
    shown = picture(torch.tensor([0.0, -2.0, 0.5]))
    assert (shown["largest"], shown["percent"].tolist()) == (2.0, [0, -100, 25])
    assert picture(torch.zeros(2))["percent"].tolist() == [0, 0]


def test_the_spread_goes_from_the_largest_to_the_smallest_that_is_not_zero() -> None:
    values = torch.tensor([0.0, -5.0, 1.0, 4.0, 0.0, 3.0, 2.0])
    assert spread(values, 3).tolist() == [1, 5, 2]
    assert spread(values, 5).tolist() == [1, 3, 5, 6, 2]
    assert spread(torch.tensor([0.0, 7.0, 0.0]), 2).tolist() == [1, 2]
    assert spread(torch.tensor([1.0, 2.0]), 6).tolist() == [1, 0]
