"""What all methods share: one step at a time, in memory that does not grow."""

import gc
import weakref
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

import elman
from elman.forward_gradients import RTRL, UORO, ForwardGradients, SnAp1, sequence_gradients

methods = pytest.mark.parametrize("Method", [RTRL, UORO, SnAp1])


def carried_bytes(method: ForwardGradients) -> int:
    return sum(x.untyped_storage().nbytes() for x in vars(method).values() if isinstance(x, Tensor))


@methods
def test_memory_does_not_grow_with_the_number_of_steps(
    Method: type[ForwardGradients], example: Callable
) -> None:
    e = example(T=40, B=2, I=3, H=4)
    for x in e.network[:4]:
        x.requires_grad_()  # as parameters do
    method = Method(*e.network)
    before = carried_bytes(method)
    former = []
    for X_t, dC_dh_t in zip(e.X.clone(), e.dh, strict=True):
        h_t = method.step(X_t)
        method.gradients(dC_dh_t)
        former += [weakref.ref(h_t), weakref.ref(method.h_t)]
    del h_t
    gc.collect()
    assert carried_bytes(method) == before
    assert [each() is None for each in former] == [True] * 79 + [False]  # only the last h_t


@methods
def test_the_states_are_those_of_the_layer(
    Method: type[ForwardGradients], example: Callable
) -> None:
    e = example(T=5, B=2, I=3, H=4)
    method = Method(*e.network)
    h = torch.stack([method.step(X_t) for X_t in e.X])
    expected = elman.reference.recurrence(*(x.numpy() for x in e[:5]))
    torch.testing.assert_close(h, torch.from_numpy(expected), rtol=1e-12, atol=1e-12)
    assert torch.equal(method.h_t, h[-1])


@methods
def test_the_returned_state_is_the_callers_own(
    Method: type[ForwardGradients], example: Callable
) -> None:
    e = example(T=1, B=2, I=3, H=4)
    method = Method(*e.network)
    h_t = method.step(e.X[0])
    before = h_t.clone()
    h_t.requires_grad_().square().sum().backward()  # h_t is a leaf
    assert torch.equal(h_t.grad, 2 * before)
    h_t.detach().zero_()
    assert torch.equal(method.h_t, before)
    assert not method.h_t.requires_grad


@methods
def test_before_the_first_step_nothing_depends_on_the_weights(
    Method: type[ForwardGradients], example: Callable
) -> None:
    e = example(T=1, B=2, I=3, H=4)
    gradients = Method(*e.network).gradients(e.dh[0])
    assert [(w.shape, w.any().item()) for w in gradients] == [
        (e.U.shape, False),
        (e.V.shape, False),
        (e.b.shape, False),
    ]


@methods
def test_a_step_uses_weights_that_were_changed_in_place(
    Method: type[ForwardGradients], example: Callable
) -> None:
    e = example(T=2, B=2, I=3, H=4)
    method = Method(*e.network)
    method.step(e.X[0])
    h_1 = method.h_t
    for w in e.network[1:4]:
        w.mul_(2)
    torch.testing.assert_close(method.step(e.X[1]), torch.tanh(e.X[1] @ e.U + h_1 @ e.V + e.b))


@pytest.mark.parametrize("Method", [RTRL, SnAp1])
def test_each_gradient_is_that_of_its_own_step(
    Method: type[ForwardGradients], example: Callable, assert_equal: Callable
) -> None:
    e = example(T=6, B=2, I=3, H=4)
    method = Method(*e.network)
    for t, X_t in enumerate(e.X):
        method.step(X_t)
        only_t = torch.zeros_like(e.dh)
        only_t[t] = e.dh[t]
        expected = sequence_gradients(Method(*e.network), e.X, only_t)
        assert_equal(method.gradients(e.dh[t]), expected)


@methods
def test_the_weights_of_a_cell(Method: type[ForwardGradients]) -> None:
    cell = elman.RNNCell(3, 4, nonlinearity="relu")
    method = Method(torch.zeros(2, 4), *cell.weights(), cell.f)
    h_t = method.step(torch.ones(2, 3))
    torch.testing.assert_close(h_t, cell(torch.ones(2, 3), torch.zeros(2, 4)).detach())
    cell.U.grad, cell.V.grad, cell.b.grad = method.gradients(torch.ones(2, 4))
    assert all(w.grad.shape == w.shape for w in cell.parameters())
