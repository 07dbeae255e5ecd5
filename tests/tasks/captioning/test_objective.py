import math

import pytest
import torch

from elman.tasks.captioning.objective import NextWord


def test_the_cost_is_the_average_over_the_time_steps_without_padding() -> None:
    O = torch.zeros(3, 2, 4, dtype=torch.float64)
    O[0, 0, 2] = 1
    O[2, 1] = 1e9 * torch.rand(4)
    mask = torch.tensor([[True, True], [True, True], [True, False]])
    next_words = torch.tensor([[2, 0], [0, 1], [1, 1]])
    objective = NextWord()
    expected = (4 * math.log(4) + math.log(3 + math.e) - 1) / 5
    assert objective.cost(O, (next_words, mask)).item() == pytest.approx(expected, abs=1e-12)
    assert objective.count((next_words, mask)) == 2


def test_exact_match_is_the_fraction_of_captions_with_all_words_correct() -> None:
    next_words = torch.tensor([[2, 3, 2], [1, 2, 1], [1, 1, 1]])
    mask = torch.tensor([[True, True, True], [True, True, True], [False, True, False]])
    predictions = torch.tensor([[2, 3, 2], [1, 3, 1], [0, 1, 3]])  # the second has a wrong word
    O = torch.nn.functional.one_hot(predictions, 4).double()
    metrics = NextWord().metrics(torch.tensor(0.5), O, (next_words, mask))
    assert metrics["exact_match"].item() == pytest.approx(2 / 3)
    assert metrics["cost"].item() == 0.5


def test_the_parts_of_the_time_steps_sum_to_the_cost() -> None:
    O = torch.randn(3, 2, 4, dtype=torch.float64)
    y = torch.tensor([[2, 0], [0, 1], [1, 1]]), torch.tensor([[True, True]] * 2 + [[True, False]])
    parts = NextWord().step_costs(O, y)
    assert parts.shape == (3, 2)
    assert parts[2, 1] == 0  # padding
    torch.testing.assert_close(parts.sum(), NextWord().cost(O, y), rtol=1e-14, atol=0)
