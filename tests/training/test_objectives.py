import math

import pytest
import torch

from elman import equations
from elman.training.objectives import CrossEntropy, NextCharacter, Objective, SquaredError


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
    assert NextCharacter().figures(cost, O, y)["bpc"].item() == pytest.approx(3)


def test_squared_error_is_that_of_the_slide() -> None:
    O = torch.tensor([[0.5, 0.0], [1.0, 1.0]])
    y = torch.tensor([0, 1])
    objective = SquaredError()
    cost = objective.cost(O, y)
    assert cost.item() == pytest.approx((0.25 + 1.0) / 2)
    figures = objective.figures(cost, O, torch.tensor([0, 0]))
    assert figures["cost"] is cost
    assert figures["accuracy"].item() == 1.0  # of equal outputs the first counts


def test_cross_entropy_of_known_odds() -> None:
    O = torch.tensor([[1.0, 3.0], [1.0, 1.0]]).log()
    objective = CrossEntropy()
    cost = objective.cost(O, torch.tensor([1, 0]))
    assert cost.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2)
    assert objective.figures(cost, O, torch.tensor([0, 0]))["accuracy"].item() == 0.5


@pytest.mark.parametrize("objective", [NextCharacter(), SquaredError(), CrossEntropy()])
def test_each_says_by_which_of_its_figures_it_is_judged(objective: Objective) -> None:
    O, y = torch.rand(2, 3, 4), torch.zeros(2, 3, dtype=torch.int64)
    cost = objective.cost(O, y) if objective.judged_by == "bpc" else objective.cost(O[0], y[0])
    assert objective.judged_by in objective.figures(cost, O, y)
    assert objective.told.format(0.5) in ("0.500 bits per character", "50.0% right")
