import math

import pytest
import torch
from torch import Tensor

from elman import equations
from elman.reference import NONLINEARITIES as REFERENCE_NONLINEARITIES
from elman.reference import readout, recurrence, softmax

torch.manual_seed(0)


def randn(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def assert_equal(actual: Tensor, expected: object) -> None:
    torch.testing.assert_close(actual, torch.as_tensor(expected), rtol=1e-12, atol=1e-12)


def test_weighted_sum_sums_over_the_previous_layer() -> None:
    a, W, b = randn(3), randn(2, 3), randn(2)
    z = [b[k] + sum(W[k, j] * a[j] for j in range(3)) for k in range(2)]
    assert_equal(equations.weighted_sum(a, W, b), torch.stack(z))


def test_weighted_sum_of_a_batch_equals_that_of_each_row() -> None:
    a, W, b = randn(4, 5, 3), randn(2, 3), randn(2)
    assert_equal(equations.weighted_sum(a, W, b)[1, 2], equations.weighted_sum(a[1, 2], W, b))


@pytest.mark.parametrize("name", equations.NONLINEARITIES)
def test_nonlinearities_equal_the_reference(name: str) -> None:
    z = randn(20)
    a = equations.activation(z, equations.NONLINEARITIES[name])
    assert_equal(a, REFERENCE_NONLINEARITIES[name](z.numpy()))


@pytest.mark.parametrize("name", equations.NONLINEARITIES)
def test_activation_gradient_is_the_derivative(name: str) -> None:
    σ = equations.NONLINEARITIES[name]
    z = randn(20).requires_grad_()
    a = equations.activation(z, σ)
    [expected] = torch.autograd.grad(a.sum(), z)
    assert_equal(equations.activation_gradient(a.detach(), σ), expected)


def test_squared_error_of_a_known_example() -> None:
    a, y = torch.tensor([[0.5, 1.0], [0.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert equations.squared_error(a, y).tolist() == [1.25, 4.0]


def test_the_chain_rule_of_the_slides_gives_the_gradients_of_a_layer() -> None:
    a_previous, W, b, y = (
        randn(6, 4).requires_grad_(),
        randn(3, 4).requires_grad_(),
        randn(3),
        randn(6, 3),
    )
    z = equations.weighted_sum(a_previous, W, b)
    a = equations.activation(z, torch.sigmoid)
    cost = equations.squared_error(a, y).sum()
    dW, da_previous = torch.autograd.grad(cost, (W, a_previous))

    dC_da = equations.squared_error_gradient(a, y)
    dC_dz = dC_da * equations.activation_gradient(a, torch.sigmoid)
    assert_equal(equations.weight_gradient(a_previous, dC_dz).sum(0), dW)
    assert_equal(equations.previous_activation_gradient(dC_dz, W), da_previous)


def test_preactivation_and_hidden_state_equal_one_step_of_the_reference() -> None:
    X_t, h, U, V, b = randn(2, 3), randn(2, 4), randn(3, 4), randn(4, 4), randn(4)
    a_t = equations.preactivation(X_t, h, U, V, b)
    expected = recurrence(X_t[None].numpy(), h.numpy(), U.numpy(), V.numpy(), b.numpy())[0]
    assert_equal(equations.hidden_state(a_t, torch.tanh), expected)


def test_readout_equals_the_reference() -> None:
    h, W, c = randn(2, 3, 4), randn(5, 4), randn(5)
    assert_equal(equations.readout(h, W, c), readout(h.numpy(), W.numpy(), c.numpy()))


def test_softmax_equals_the_reference() -> None:
    O = randn(2, 3, 4)
    assert_equal(equations.softmax(O), softmax(O.numpy()))


def test_softmax_does_not_overflow() -> None:
    assert equations.softmax(torch.tensor([1000.0, 0.0])).tolist() == [1.0, 0.0]


def test_sequence_cost_is_the_average_over_time_steps() -> None:
    assert equations.sequence_cost(torch.tensor([[1.0, 2.0], [3.0, 6.0]])) == 3.0


def test_sequence_cost_ignores_padding() -> None:
    costs = torch.tensor([[1.0, 2.0], [3.0, math.nan]])
    mask = torch.tensor([[True, True], [True, False]])
    assert equations.sequence_cost(costs, mask) == 2.0


def test_hidden_gradient_includes_the_next_step() -> None:
    V, own, X_next, b = randn(4, 4), randn(2, 4), randn(2, 4), randn(4)
    h = randn(2, 4).requires_grad_()
    a_next = equations.preactivation(X_next, h, torch.eye(4, dtype=torch.float64), V, b)
    later = randn(2, 4)
    [expected] = torch.autograd.grad((own * h).sum() + (later * a_next).sum(), h)
    assert_equal(equations.hidden_gradient(own, later, V), expected)
