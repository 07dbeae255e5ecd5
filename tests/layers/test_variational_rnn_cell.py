import functools

import pytest
import torch
from torch import nn

from elman import RNN, RNNCell, VariationalRNNCell


def variational(dropout: float, **options: object) -> RNN:
    cell = functools.partial(VariationalRNNCell, dropout=dropout)
    return RNN(3, 40, cell=cell, dtype=torch.float64, **options)  # type: ignore[arg-type]


def test_the_masks_of_a_sequence_stay_the_same_at_all_time_steps() -> None:
    rnn = variational(0.5)
    nn.init.eye_(rnn.V)
    nn.init.zeros_(rnn.U)
    nn.init.zeros_(rnn.b)
    h_0 = torch.full((1, 2, 40), 1e-3, dtype=torch.float64)
    output, _ = rnn(torch.zeros(6, 2, 3, dtype=torch.float64), h_0)
    # h_t ≈ m_h h_{t−1} for small h_0: dropped components are zero, others double
    factors = output / h_0
    powers = 2.0 ** torch.arange(1, 7, dtype=torch.float64)[:, None, None]
    dropped = factors[0] == 0
    assert 0.2 < dropped.double().mean() < 0.8
    assert not torch.equal(*dropped.unbind())  # each sequence has its own mask
    torch.testing.assert_close(factors, torch.where(dropped, 0, powers), rtol=1e-2, atol=0)


def test_the_inputs_have_a_mask_too() -> None:
    rnn = variational(0.5)
    nn.init.zeros_(rnn.V)
    X = torch.randn(6, 50, 3, dtype=torch.float64)
    output, _ = rnn(X)
    # With V = 0 the states show the mask of the inputs.
    masked = torch.linalg.lstsq(rnn.U.T, (output.atanh() - rnn.b).flatten(0, 1).T).solution.T
    ratio = masked.view_as(X) / X
    torch.testing.assert_close(ratio, ratio[:1].round().expand_as(ratio), rtol=1e-6, atol=1e-6)
    assert set(ratio.detach().round().unique().abs().tolist()) == {0.0, 2.0}


def test_no_dropout_in_evaluation_or_at_probability_zero() -> None:
    X = torch.randn(6, 2, 3, dtype=torch.float64)
    for rnn in (variational(0.5).eval(), variational(0.0)):
        plain = RNN(3, 40, dtype=torch.float64)
        plain.load_state_dict(rnn.state_dict())
        torch.testing.assert_close(rnn(X), plain(X), rtol=1e-12, atol=1e-12)


def test_one_step_draws_new_masks() -> None:
    cell = VariationalRNNCell(3, 4, dropout=1.0)
    assert torch.equal(cell(torch.randn(2, 3), torch.randn(2, 4)), cell.b.tanh().expand(2, 4))
    cell.eval()
    plain = RNNCell(3, 4)
    plain.load_state_dict(cell.state_dict())
    X, h = torch.randn(2, 3), torch.randn(2, 4)
    torch.testing.assert_close(cell(X, h), plain(X, h))


def test_differentiates_through_the_masks() -> None:
    rnn = variational(0.5, num_layers=2, bidirectional=True)
    X = torch.randn(6, 2, 3, dtype=torch.float64, requires_grad=True)
    parameters = [X, *rnn.parameters()]

    def cost() -> torch.Tensor:
        torch.manual_seed(0)
        return rnn(X, lengths=torch.tensor([6, 2]))[0].square().sum()

    gradients = torch.autograd.grad(cost(), parameters)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        direction = torch.randn_like(parameter)
        with torch.no_grad():
            step = 1e-6 * direction
            parameter.add_(step)
            above = cost()
            parameter.sub_(2 * step)
            below = cost()
            parameter.add_(step)
        slope = (above - below) / 2e-6
        torch.testing.assert_close((gradient * direction).sum(), slope, rtol=1e-6, atol=1e-7)


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="dropout must be a number from 0 to 1, got 2"):
        VariationalRNNCell(3, 4, dropout=2)
    rnn = variational(0.5, engine="bptt")
    with pytest.raises(ValueError, match="auto or unrolled for VariationalRNNCell"):
        rnn(torch.zeros(5, 2, 3, dtype=torch.float64))


def test_each_sequence_has_its_own_masks() -> None:
    torch.manual_seed(0)
    rnn = RNN(5, 4, cell=functools.partial(VariationalRNNCell, dropout=0.5))
    with torch.no_grad():
        rnn.V.zero_()  # so that only the mask of the inputs matters
    states = rnn(torch.ones(1, 20, 5))[0][0]
    assert len(states.unique(dim=0)) > 10
    assert len(rnn(torch.ones(7, 20, 5))[0].unique(dim=0)) == 1  # the same at each time step
