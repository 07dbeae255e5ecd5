import numpy as np
import pytest
import torch

from elman.tasks.memory.next_symbols import NextSymbols, all_right

# Two strings, of 3 and of 2 symbols; K = 3.
Y = torch.tensor(
    [[[0.5, 0.5, 0], [1, 0, 0]], [[0, 0, 1], [0, 1, 0]], [[0, 1, 0], [0, 0, 0]]],
    dtype=torch.float64,
)


def test_the_cost_is_the_mean_over_the_time_steps_of_each_string() -> None:
    o = np.random.default_rng(0).normal(size=(3, 2, 3))
    log_y_hat = np.log(np.exp(o) / np.exp(o).sum(-1, keepdims=True))
    first = (log_y_hat[0, 0, :2].mean() + log_y_hat[1, 0, 2] + log_y_hat[2, 0, 1]) / 3
    second = (log_y_hat[0, 1, 0] + log_y_hat[1, 1, 1]) / 2
    assert NextSymbols().cost(torch.from_numpy(o), Y).item() == pytest.approx(
        -(first + second) / 2, rel=1e-12
    )
    assert NextSymbols().count(Y) == 2
    parts = NextSymbols().step_costs(torch.from_numpy(o), Y)
    assert parts.shape == (3, 2)
    assert parts.sum(0).numpy() == pytest.approx([-first / 2, -second / 2], rel=1e-12)


def test_a_string_is_right_if_all_its_predictions_are() -> None:
    O = Y.clone()
    O[2, 1] = torch.tensor([1, torch.inf, torch.nan])  # after the end
    assert all_right(O, Y).all()
    O[0, 0] = torch.tensor([0.1, 0.3, 0.2])  # the symbols that may come are not the first two
    assert all_right(O, Y).tolist() == [[False, True], [True, True], [True, True]]
    assert NextSymbols().metrics(torch.tensor(1.0), O, Y)["strings"] == 0.5
