import copy

import pytest
import torch
from torch import Tensor

from elman import RNN, LayerNormRNNCell


def one_unit_at_a_time(cell: LayerNormRNNCell, X: Tensor, h: Tensor) -> Tensor:
    """Ba, Kiros & Hinton's equations, one sequence and one unit at a time."""
    rows = []
    for X_n, h_n in zip(X, h, strict=True):
        s = X_n @ cell.U + h_n @ cell.V
        mean = sum(s) / len(s)
        deviation = (sum((s_i - mean) ** 2 for s_i in s) / len(s) + 1e-5) ** 0.5
        b = torch.zeros(len(s)) if cell.b is None else cell.b
        a = [cell.g[i] * (s[i] - mean) / deviation + b[i] for i in range(len(s))]
        rows.append(torch.stack(a).tanh())
    return torch.stack(rows)


@pytest.mark.parametrize("bias", [True, False])
def test_equals_the_equation_of_the_paper(bias: bool) -> None:
    cell = LayerNormRNNCell(3, 4, bias=bias, dtype=torch.float64)
    torch.nn.init.normal_(cell.g)
    X, h = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 4, dtype=torch.float64)
    torch.testing.assert_close(cell(X, h), one_unit_at_a_time(cell, X, h), rtol=1e-12, atol=1e-12)


def test_the_scale_of_the_weights_does_not_matter() -> None:
    cell = LayerNormRNNCell(3, 4, dtype=torch.float64)
    larger = copy.deepcopy(cell)
    with torch.no_grad():
        larger.U.mul_(1000)
        larger.V.mul_(1000)
    X, h = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 4, dtype=torch.float64)
    torch.testing.assert_close(cell(X, h), larger(X, h), rtol=1e-3, atol=1e-3)


def test_the_gain_is_initially_one_and_has_a_gradient() -> None:
    rnn = RNN(3, 4, cell=LayerNormRNNCell)
    [cell] = rnn.cells
    assert isinstance(cell, LayerNormRNNCell)
    assert torch.equal(cell.g, torch.ones(4))
    rnn(torch.randn(5, 2, 3))[0].sum().backward()
    assert cell.g.grad is not None
    gain = cell.g
    torch.nn.init.zeros_(gain)
    rnn.reset_parameters()
    assert cell.g is gain
    assert torch.equal(gain, torch.ones(4))
