import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.autograd.functional import jacobian

import elman
from elman.inspection.gradient_flow import log_bound, log_product_norms, state_jacobians
from elman.reference.nonlinearities import DERIVATIVES
from elman.reference.recurrence import recurrence

T, B, I, H = 6, 3, 2, 4


class LeakyCell(elman.RNNCell):
    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        return (h_previous + super().step(X_t, h_previous)) / 2


@pytest.mark.parametrize("f", ["tanh", "relu", "sigmoid"])
def test_the_jacobian_of_the_slides_equation(f: str) -> None:
    torch.manual_seed(0)
    cell = elman.RNNCell(I, H, nonlinearity=f, dtype=torch.float64)
    X, h_0 = torch.randn(T, B, I).double(), torch.randn(B, H).double()
    J = state_jacobians(cell, X, h_0)
    U, V, b = (weight.detach().numpy() for weight in cell.weights())
    h = recurrence(X.numpy(), h_0.numpy(), U, V, b, f)
    a = X.numpy() @ U + np.concatenate([h_0.numpy()[None], h[:-1]]) @ V + b
    # ∂h_t/∂h_{t−1} = diag(f′(a_t)) Vᵀ
    expected = DERIVATIVES[f](a)[..., None] * V.T
    np.testing.assert_allclose(J, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "kind", [elman.LayerNormRNNCell, partial(elman.VariationalRNNCell, dropout=0.3), LeakyCell]
)
def test_the_jacobian_of_other_cells(kind: type[elman.RNNCell]) -> None:
    torch.manual_seed(0)
    cell = kind(I, H).train()
    X, h_0 = torch.randn(T, B, I), torch.randn(B, H)
    J = state_jacobians(cell, X, h_0)
    assert cell.training
    assert cell.U.dtype == torch.float32
    assert cell.U.grad is None
    cell.double().eval()
    for b in range(B):
        h = h_0[b].double()
        for t in range(T):
            expected = jacobian(partial(cell, X[t, b].double()), h)
            torch.testing.assert_close(J[t, b], expected, rtol=1e-12, atol=1e-15)
            h = cell(X[t, b].double(), h).detach()


def test_products_are_those_of_autograd() -> None:
    torch.manual_seed(0)
    cell = elman.RNNCell(I, H, dtype=torch.float64)
    X, h_0 = torch.randn(T, B, I).double(), torch.randn(B, H).double()
    J = state_jacobians(cell, X, h_0)
    states = elman.RNN(I, H, cell=lambda *_, **__: cell)(X, h_0.unsqueeze(0))[0].detach()
    for s in (0, 3, T - 1):
        log_norms = log_product_norms(J, s)
        assert log_norms.shape == (s + 1, B)
        for t in range(s + 1):
            for b in range(B):

                def later(h_t: Tensor, b: int = b, t: int = t, s: int = s) -> Tensor:
                    for k in range(t + 1, s + 1):
                        h_t = cell(X[k, b], h_t)
                    return h_t

                expected = torch.linalg.matrix_norm(jacobian(later, states[t, b]), ord=2).log()
                torch.testing.assert_close(log_norms[t, b], expected, rtol=1e-9, atol=1e-12)
    assert torch.equal(log_product_norms(J, -1), log_product_norms(J, T - 1))


def test_nothing_underflows_or_overflows() -> None:
    factors = torch.tensor([0.01, 100.0], dtype=torch.float64)
    J = factors.view(1, 2, 1, 1) * torch.eye(3, dtype=torch.float64).expand(1000, 2, 3, 3)
    log_norms = log_product_norms(J, 999)
    expected = torch.arange(999, -1, -1).unsqueeze(1) * factors.log()
    torch.testing.assert_close(log_norms, expected, rtol=1e-12, atol=1e-12)
    assert torch.equal(log_product_norms(0 * J, 5)[:5], torch.full((5, 2), -math.inf).double())


@pytest.mark.parametrize("f", ["tanh", "relu", "sigmoid"])
def test_no_product_exceeds_the_bound(f: str) -> None:
    torch.manual_seed(0)
    cell = elman.RNNCell(I, H, nonlinearity=f)
    X, h_0 = torch.randn(30, B, I), torch.zeros(B, H)
    log_norms = log_product_norms(state_jacobians(cell, X, h_0), -1).flip(0)
    bound = log_bound(cell, 30)
    assert bound[0] == 0
    assert (log_norms <= bound.unsqueeze(1) + 1e-12).all()
    σ_max = np.linalg.norm(cell.V.detach().double().numpy(), ord=2)
    largest = {"tanh": 1, "relu": 1, "sigmoid": 0.25}[f]
    assert bound[7].item() == pytest.approx(7 * math.log(σ_max * largest), rel=1e-12)


def test_a_linear_network_reaches_the_bound() -> None:
    cell = elman.RNNCell(I, H, nonlinearity="relu")
    nn.init.eye_(cell.V).data.mul_(0.5)
    X, h_0 = torch.zeros(5, 1, I), torch.ones(1, H)
    nn.init.constant_(cell.b, 1)  # type: ignore[arg-type]
    log_norms = log_product_norms(state_jacobians(cell, X, h_0), -1).flip(0)
    torch.testing.assert_close(log_norms[:, 0], log_bound(cell, 5))


def test_bad_arguments() -> None:
    J = torch.eye(2).expand(4, 1, 2, 2)
    with pytest.raises(ValueError, match="s must be a time step from -4 to 3, got 4"):
        log_product_norms(J, 4)
    with pytest.raises(ValueError, match=r"cell must have the equation .*, got LeakyCell with tan"):
        log_bound(LeakyCell(2, 2), 3)
    with pytest.raises(ValueError, match=r"got RNNCell with <built-in function softplus"):
        log_bound(elman.RNNCell(2, 2, nonlinearity=nn.functional.softplus), 3)
