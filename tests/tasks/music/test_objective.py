import numpy as np
import torch

from elman.tasks.music.objective import NextNotes


def test_cost_and_accuracy_against_the_formula() -> None:
    random = np.random.default_rng(0)
    T, B, K = 4, 3, 5
    O = random.normal(size=(T, B, K))
    y = random.integers(0, 2, (T, B, K)).astype(float)
    mask = np.array([[t < length for length in (4, 1, 2)] for t in range(T)])
    y_hat = 1 / (1 + np.exp(-O))
    costs = -(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat)).sum(-1)
    target = torch.from_numpy(y), torch.from_numpy(mask)
    objective, outputs = NextNotes(), torch.from_numpy(O)
    cost = objective.cost(outputs, target)
    np.testing.assert_allclose(float(cost), costs[mask].mean(), rtol=1e-12)
    parts = objective.step_costs(outputs, target)
    np.testing.assert_allclose(parts, costs * mask / 7, rtol=1e-12)

    predicted, played = (y_hat > 0.5)[mask], y[mask] == 1
    metrics = objective.metrics(cost, outputs, target)
    expected = (predicted & played).sum() / (predicted | played).sum()
    np.testing.assert_allclose(float(metrics["accuracy"]), expected, rtol=1e-6)
    assert metrics["nll"] == cost
    assert objective.count(target) == 7
