import math

import pytest
import torch

from elman import equations
from elman.training.objectives import NextCharacter


def test_cost_is_the_average_of_log_softmax_at_the_right_characters() -> None:
    O, y = torch.randn(4, 3, 5), torch.randint(5, (4, 3))
    y_hat = equations.softmax(O)
    costs = [-math.log(y_hat[t, i, y[t, i]]) for t in range(4) for i in range(3)]
    assert NextCharacter().cost(O, y).item() == pytest.approx(sum(costs) / 12, rel=1e-5)


def test_cost_does_not_overflow() -> None:
    O, y = torch.tensor([[[1e4, 0.0]]]), torch.tensor([[1]])
    assert NextCharacter().cost(O, y) == 1e4


def test_a_guess_among_eight_costs_three_bits_per_character() -> None:
    cost = NextCharacter().cost(torch.zeros(2, 2, 8), torch.zeros(2, 2, dtype=torch.int64))
    assert NextCharacter().figures(cost)["bpc"].item() == pytest.approx(3)
