import math

import pytest
import torch

import elman
from elman.inspection.gradient_flow import lyapunov_exponents, state_jacobians


def identity(a: torch.Tensor) -> torch.Tensor:
    return a.clone()


def test_a_linear_network_has_the_logarithms_of_the_eigenvalues() -> None:
    torch.manual_seed(0)
    cell = elman.RNNCell(2, 4, nonlinearity=identity, dtype=torch.float64)
    eigenvalues = torch.tensor([1.5, -0.9, 0.5, 0.1], dtype=torch.float64)
    basis = torch.randn(4, 4, dtype=torch.float64)
    with torch.no_grad():
        cell.V.copy_(basis @ torch.diag(eigenvalues) @ torch.linalg.inv(basis))
    J = state_jacobians(cell, torch.randn(120, 3, 2).double(), torch.randn(3, 4).double())
    found = lyapunov_exponents(J, skip=100)
    expected = eigenvalues.abs().log().expand(3, 4)
    torch.testing.assert_close(found, expected, rtol=1e-8, atol=1e-8)


def test_the_exponents_sum_to_the_growth_of_volumes() -> None:
    torch.manual_seed(0)
    cell = elman.RNNCell(2, 4, init_V="orthogonal", dtype=torch.float64)
    J = state_jacobians(cell, torch.randn(50, 3, 2).double(), torch.zeros(3, 4).double())
    found = lyapunov_exponents(J)
    torch.testing.assert_close(found.sum(1), torch.linalg.det(J).abs().log().mean(0))
    assert (found.diff(dim=1) <= 0).all()
    assert (found < 0).all()  # tanh contracts an orthogonal V


def test_the_largest_exponent_is_the_growth_of_a_small_difference() -> None:
    torch.manual_seed(0)
    cell = elman.RNNCell(1, 30, dtype=torch.float64)
    with torch.no_grad():
        cell.V.copy_(torch.randn(30, 30) * 3 / math.sqrt(30))  # chaotic
        h = torch.randn(1, 30).double()
        h_0, X = h, torch.zeros(2000, 1, 1).double()
        other, growth = h + 1e-8 * torch.randn(1, 30), 0.0
        for t, X_t in enumerate(X):
            before = (other - h).norm()
            h, other = cell(X_t, h), cell(X_t, other)
            after = (other - h).norm()
            growth += float((after / before).log()) if t >= 100 else 0
            other = h + (other - h) * (1e-8 / after)
    found = lyapunov_exponents(state_jacobians(cell, X, h_0), skip=100)
    assert found[0, 0].item() == pytest.approx(growth / 1900, rel=1e-3)
    assert found[0, 0] > 0


def test_lost_directions_and_bad_arguments() -> None:
    J = torch.diag(torch.tensor([2.0, 0.0], dtype=torch.float64)).expand(5, 1, 2, 2)
    assert lyapunov_exponents(J).tolist() == [[math.log(2), -math.inf]]
    with pytest.raises(ValueError, match="the number of time steps after skip must be greater"):
        lyapunov_exponents(J, skip=5)
