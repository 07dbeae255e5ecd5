import math

import numpy as np
import pytest
import torch

from elman.tasks.memory.copy_memory import CopyCost, CopyMemoryData, memoryless_cost


@pytest.mark.parametrize("delay", [1, 7])
def test_the_symbols_come_back_after_the_delay(delay: int) -> None:
    X, y = CopyMemoryData(delay).generate(np.random.default_rng(0), 50)
    assert X.shape == (delay + 20, 50, 10)
    assert (X.sum(-1) == 1).all()
    x = X.argmax(-1)
    for n in range(50):
        symbols = x[:10, n].tolist()
        assert set(symbols) <= set(range(8))
        blanks = (delay - 1) * [8]
        assert x[:, n].tolist() == [*symbols, *blanks, 9, *(10 * [8])]
        assert y[:, n].tolist() == [*((delay + 10) * [8]), *symbols]


def test_a_network_without_memory_costs_what_the_formula_says() -> None:
    data = CopyMemoryData(30)
    _, y = data.generate(np.random.default_rng(0), 100)
    O = torch.full((*y.shape, 9), -1e9)
    O[:-10, :, 8] = 0  # blanks are certain
    O[-10:, :, :8] = 0  # all symbols are alike
    cost = CopyCost().cost(O, y)
    assert cost.item() == pytest.approx(10 * math.log(8) / 50, rel=1e-6)
    parts = CopyCost().step_costs(O, y)
    assert parts.shape == (50, 100)
    assert parts[-10:].sum().item() == pytest.approx(cost.item(), rel=1e-6)
    assert data.baselines == {"memoryless": memoryless_cost(30)}
    assert memoryless_cost(30) == pytest.approx(10 * math.log(8) / 50)


def test_copied_counts_the_symbols_alone() -> None:
    _, y = CopyMemoryData(5).generate(np.random.default_rng(0), 4)
    O = torch.eye(9)[y].clone()
    O[:-10] = 0
    O[-3:] = O[-3:].roll(1, -1)
    metrics = CopyCost().metrics(torch.tensor(0.0), O, y)
    assert metrics["copied"].item() == pytest.approx(0.7)
    assert CopyCost().count(y) == 25 * 4


def test_a_delay_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^data.delay must be greater than zero, got 0$"):
        CopyMemoryData(0)
