import numpy as np
import pytest
import torch

from elman.tasks.elman1990.objective import CodeError


def test_the_cost_is_the_mean_over_the_steps_of_the_sum_over_the_bits() -> None:
    torch.manual_seed(0)
    y_hat, y = torch.rand(3, 2, 5, dtype=torch.float64), torch.randint(2, (3, 2, 5)).double()
    objective = CodeError()
    cost = objective.cost(y_hat, y)
    expected = np.mean([((a - b) ** 2).sum() for a, b in zip(*map(_rows, (y_hat, y)), strict=True)])
    assert cost.item() == pytest.approx(expected, rel=1e-14)
    assert objective.metrics(cost, y_hat, y) == {"error": cost}
    assert objective.count(y) == 6
    parts = objective.step_costs(y_hat, y)
    assert parts[1, 0].item() == pytest.approx(
        ((y_hat[1, 0] - y[1, 0]) ** 2).sum().item() / 6, rel=1e-14
    )
    assert parts.sum().item() == pytest.approx(expected, rel=1e-14)


def _rows(a: torch.Tensor) -> np.ndarray:
    return a.numpy().reshape(-1, 5)
