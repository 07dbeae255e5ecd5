import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from torch import Tensor, nn

import elman
from elman.inspection.gradient_flow import fixed_points


@pytest.fixture
def flip_flop() -> elman.RNNCell:
    """Three units, each of which stays where it is: `h_t = tanh(2.5 h_{t−1} + 6 x_t)`."""
    cell = elman.RNNCell(3, 3, bias=False, dtype=torch.float64)
    nn.init.eye_(cell.V).data.mul_(2.5)
    nn.init.eye_(cell.U).data.mul_(6)
    return cell


def test_the_fixed_points_of_a_flip_flop_of_three_bits(flip_flop: elman.RNNCell) -> None:
    values = torch.tensor([-1, -0.5, 0, 0.5, 1], dtype=torch.float64)
    starts = torch.cartesian_prod(values, values, values)
    found = fixed_points(flip_flop, torch.zeros(3), starts)

    h = brentq(lambda h: np.tanh(2.5 * h) - h, 0.5, 1, xtol=1e-15)
    expected = {(a, b, c) for a in (-h, 0, h) for b in (-h, 0, h) for c in (-h, 0, h)}
    rows = {tuple(np.round(row, 9) + 0.0) for row in found.h.numpy()}
    assert rows == {tuple(np.round(row, 9) + 0.0) for row in expected}
    assert len(found.h) == 27
    assert found.stable.sum() == 8
    assert (found.speed < 1e-9).all()
    for row, eigenvalues, stable in zip(*found[::2], found.stable, strict=True):
        slopes = 2.5 * (1 - row**2)
        torch.testing.assert_close(eigenvalues.real, slopes.sort(descending=True).values)
        assert stable == (row != 0).all()
        assert (eigenvalues.imag == 0).all()


def test_random_starts_find_all_stable_fixed_points(flip_flop: elman.RNNCell) -> None:
    starts = torch.rand(200, 3, generator=torch.Generator().manual_seed(0)) * 2 - 1
    found = fixed_points(flip_flop, torch.zeros(3), starts)
    signs = {tuple(row) for row in found.h[found.stable].sign().int().tolist()}
    assert len(signs) == found.stable.sum() == 8
    # Where an input sets the bits, one fixed point is left.
    found = fixed_points(flip_flop, torch.tensor([1.0, -1, 1]), starts)
    assert found.h.sign().tolist() == [[1, -1, 1]]


@pytest.mark.parametrize("cell", [elman.RNNCell, elman.LayerNormRNNCell])
def test_found_points_are_fixed_and_simulation_ends_at_stable_ones(
    cell: type[elman.RNNCell],
) -> None:
    torch.manual_seed(3)
    network = cell(2, 6)
    with torch.no_grad():
        network.V.mul_(3)
    x, starts = torch.randn(2), torch.rand(100, 6) * 2 - 1
    found = fixed_points(network, x, starts)
    assert len(found.h) >= 1
    assert network.V.dtype == torch.float32
    network = network.double()
    with torch.no_grad():
        X = x.double().expand(len(found.h), 2)
        torch.testing.assert_close(network(X, found.h), found.h, rtol=0, atol=1e-9)
        h = found.h + 1e-4
        for _ in range(2000):
            h = network(X, h)
    stays = (h - found.h).norm(dim=1) < 1e-6
    assert torch.equal(stays, found.stable)


def test_no_fixed_point() -> None:
    def grow(a: Tensor) -> Tensor:
        return a + 1

    cell = elman.RNNCell(1, 2, nonlinearity=grow, bias=False)
    nn.init.eye_(cell.V)
    nn.init.zeros_(cell.U)
    found = fixed_points(cell, torch.zeros(1), torch.rand(5, 2))
    assert found.h.shape == (0, 2)
    assert found.stable.shape == (0,)


def test_bad_arguments(flip_flop: elman.RNNCell) -> None:
    starts = torch.zeros(1, 3)
    with pytest.raises(ValueError, match="tolerance must be a number greater than zero, got 0"):
        fixed_points(flip_flop, torch.zeros(3), starts, tolerance=0)
    with pytest.raises(ValueError, match="steps must be greater than zero"):
        fixed_points(flip_flop, torch.zeros(3), starts, steps=0)
