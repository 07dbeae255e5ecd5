import numpy as np
import pytest
import torch

from elman.tasks.memory.adding import CONSTANT_ANSWER, AddingData, SumError


@pytest.mark.parametrize("length", [2, 3, 10, 101])
def test_the_target_is_the_sum_of_two_marked_numbers_one_in_each_half(length: int) -> None:
    X, y = AddingData(length).generate(np.random.default_rng(0), 500)
    x, mark = X.unbind(-1)
    assert X.shape == (length, 500, 2)
    assert x.min() >= 0
    assert x.max() < 1
    for n in range(500):
        first, second = mark[:, n].nonzero().flatten().tolist()
        assert mark[first, n] == mark[second, n] == 1
        assert first < length // 2 <= second
        assert y[n] == x[first, n] + x[second, n]


def test_the_constant_answer_costs_what_the_formula_says() -> None:
    data = AddingData(10)
    _, y = data.generate(np.random.default_rng(0), 200_000)
    cost = SumError().cost(torch.ones(len(y), 1), y)
    assert data.baselines == {"constant_answer": CONSTANT_ANSWER}
    assert cost.item() == pytest.approx(CONSTANT_ANSWER, rel=0.01)  # ± 0.003 by chance


def test_every_time_step_of_a_half_is_marked_alike() -> None:
    X, _ = AddingData(5).generate(np.random.default_rng(0), 60_000)
    share = X[..., 1].mean(1)
    np.testing.assert_allclose(share, [1 / 2, 1 / 2, 1 / 3, 1 / 3, 1 / 3], atol=0.01)


def test_the_cost_is_the_mean_squared_error() -> None:
    O, y = torch.tensor([[1.0], [0.5]]), torch.tensor([0.0, 2.0])
    cost = SumError().cost(O, y)
    assert cost.item() == (1 + 1.5**2) / 2
    assert SumError().metrics(cost, O, y) == {"mse": cost}


def test_a_length_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^data.length must be at least 2, got 1$"):
        AddingData(1)
