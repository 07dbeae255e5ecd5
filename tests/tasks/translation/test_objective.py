import torch

from elman.tasks.translation.batches import Target
from elman.tasks.translation.objective import NextToken
from elman.tasks.translation.subwords import END, PAD


def test_the_cost_is_the_average_over_the_time_steps_without_padding() -> None:
    torch.manual_seed(0)
    O = torch.randn(3, 2, 7, dtype=torch.float64)
    tokens = torch.tensor([[4, 5], [END, 6], [PAD, END]])
    y = Target(tokens, ["", ""])
    log_p = O.log_softmax(-1)
    costs = [-log_p[t, b, tokens[t, b]] for t in range(3) for b in range(2) if tokens[t, b] != PAD]
    expected = torch.stack(costs).mean()
    objective = NextToken()
    torch.testing.assert_close(objective.cost(O, y), expected, rtol=0, atol=1e-12)
    assert objective.count(y) == 5
    padded = Target(torch.cat([tokens, torch.full((2, 2), PAD)]), ["", ""])
    more = torch.cat([O, torch.full((2, 2, 7), 50.0, dtype=torch.float64)])
    torch.testing.assert_close(objective.cost(more, padded), expected, rtol=0, atol=1e-12)

    smoothed = NextToken(label_smoothing=0.2)
    assert smoothed.cost(O, y) != expected
    metrics = smoothed.metrics(smoothed.cost(O, y), O, y)
    torch.testing.assert_close(metrics["cost"], expected, rtol=0, atol=1e-12)


def test_the_parts_of_the_time_steps_sum_to_the_cost() -> None:
    O = torch.randn(3, 2, 7, dtype=torch.float64)
    y = Target(torch.tensor([[4, 5], [END, 6], [PAD, END]]), ["", ""])
    objective = NextToken(label_smoothing=0.2)
    parts = objective.step_costs(O, y)
    assert parts.shape == (3, 2)
    assert parts[2, 0] == 0  # padding
    torch.testing.assert_close(parts.sum(), objective.cost(O, y), rtol=1e-14, atol=0)
