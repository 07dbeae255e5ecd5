import math

import pytest
import torch

from elman import equations
from elman.tasks.digits.objective import Reconstruction
from elman.tasks.language.objective import NextCharacter
from elman.training.class_objectives import CrossEntropy, SquaredError
from elman.training.objectives import Objective, summarize


def test_cost_is_the_average_of_log_softmax_at_the_right_characters() -> None:
    O, y = torch.randn(4, 3, 5), torch.randint(5, (4, 3))
    y_hat = equations.softmax(O)
    costs = [-math.log(y_hat[t, i, y[t, i]]) for t in range(4) for i in range(3)]
    assert NextCharacter().cost(O, y).item() == pytest.approx(sum(costs) / 12, rel=1e-5)


def test_cost_does_not_overflow() -> None:
    O, y = torch.tensor([[[1e4, 0.0]]]), torch.tensor([[1]])
    assert NextCharacter().cost(O, y) == 1e4


def test_a_guess_among_eight_costs_three_bits_per_character() -> None:
    O, y = torch.zeros(2, 2, 8), torch.zeros(2, 2, dtype=torch.int64)
    cost = NextCharacter().cost(O, y)
    assert NextCharacter().metrics(cost, O, y)["bpc"].item() == pytest.approx(3)


def test_squared_error_is_that_of_the_slide() -> None:
    O = torch.tensor([[0.5, 0.0], [1.0, 1.0]])
    y = torch.tensor([0, 1])
    objective = SquaredError()
    cost = objective.cost(O, y)
    assert cost.item() == pytest.approx((0.25 + 1.0) / 2)
    metrics = objective.metrics(cost, O, torch.tensor([0, 0]))
    assert metrics["cost"] is cost
    assert metrics["accuracy"].item() == 1.0  # of equal outputs the first counts


def test_cross_entropy_of_known_odds() -> None:
    O = torch.tensor([[1.0, 3.0], [1.0, 1.0]]).log()
    objective = CrossEntropy()
    cost = objective.cost(O, torch.tensor([1, 0]))
    assert cost.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)
    assert objective.metrics(cost, O, torch.tensor([0, 0]))["accuracy"].item() == 0.5


def test_label_smoothing_spreads_the_target() -> None:
    O = torch.tensor([[1.0, 3.0, 4.0]]).log()
    cost = CrossEntropy(label_smoothing=0.3).cost(O, torch.tensor([1]))
    target = [0.1, 0.7 + 0.1, 0.1]
    odds = [1 / 8, 3 / 8, 4 / 8]
    right = -sum(probability * math.log(p) for probability, p in zip(target, odds, strict=True))
    assert cost.item() == pytest.approx(right)
    with pytest.raises(ValueError, match=r"objective.label_smoothing must be a number from 0 to 1"):
        CrossEntropy(label_smoothing=2)


@pytest.mark.parametrize("objective", [NextCharacter(), SquaredError(), CrossEntropy()])
def test_the_main_metric_is_among_the_metrics(objective: Objective) -> None:
    O, y = torch.rand(2, 3, 4), torch.zeros(2, 3, dtype=torch.int64)
    if objective.metric != "bpc":
        O, y = O[0], y[0]
    cost = objective.cost(O, y)
    metrics = objective.metrics(cost, O, y)
    assert objective.metric in metrics
    text = summarize(
        objective, {f"test/{name}": value.item() for name, value in metrics.items()}, "it"
    )
    assert objective.summary.format(**metrics) + " on it" in text


def test_a_summary_has_all_metrics() -> None:
    metrics = {"test/cost": 0.12345, "test/accuracy": 0.912, "test/guessing": 0.1}
    text = summarize(CrossEntropy(), metrics, "500 pictures")
    assert text == "Test: accuracy 91.2% on 500 pictures (cost 0.1235, guessing 0.1)"
    assert (
        summarize(NextCharacter(), {"test/bpc": 2.5}, "it")
        == "Test: 2.500 bits per character on it"
    )


def test_the_count_is_the_number_of_costs() -> None:
    y = torch.zeros(3, 4, dtype=torch.int64)
    assert NextCharacter().count(y) == 12
    assert CrossEntropy().count(y[0]) == 4


def test_the_reconstruction_error_is_that_of_a_pixel() -> None:
    O, y = torch.tensor([[0.5, 0.0], [1.0, 1.0]]), torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    objective = Reconstruction()
    cost = objective.cost(O, y)
    assert cost.item() == pytest.approx((0.25 + 1.0) / 2)
    assert objective.metrics(cost, O, y)["mse"].item() == pytest.approx((0.25 + 1.0) / 4)
    assert objective.count(y) == 2


@pytest.mark.parametrize("objective", [SquaredError(), CrossEntropy()])
def test_more_classes_than_outputs(objective: SquaredError | CrossEntropy) -> None:
    with pytest.raises(ValueError, match="the network has 4 outputs, but the data have class 4"):
        objective.cost(torch.rand(2, 4), torch.tensor([1, 4]))


def test_an_objective_without_costs_of_time_steps_has_one_part() -> None:
    O, y = torch.randn(4, 3), torch.tensor([0, 2, 1, 1])
    objective = CrossEntropy()
    assert objective.step_costs(O, y).tolist() == [objective.cost(O, y).item()]


def test_the_parts_of_the_time_steps_sum_to_the_cost() -> None:
    O, y = torch.randn(4, 3, 5, dtype=torch.float64), torch.randint(5, (4, 3))
    parts = NextCharacter().step_costs(O, y)
    torch.testing.assert_close(parts.sum(), NextCharacter().cost(O, y), rtol=1e-14, atol=0)
    expected = -math.log(equations.softmax(O)[2, 1, y[2, 1]]) / 12
    assert parts[2, 1].item() == pytest.approx(expected, rel=1e-12)
