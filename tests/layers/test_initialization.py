from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from elman import RNN, RNNCell
from elman.layers.initialization import (
    INITIALIZATIONS,
    scaled_identity,
    sparse,
    spectral_radius,
)


def test_uniform_equals_torch() -> None:
    cell = RNNCell(20, 100)
    for weight in (cell.U, cell.V, cell.b):
        assert weight.abs().max() <= 0.1
        assert weight.abs().max() > 0.09


def test_orthogonal_V_keeps_the_norm() -> None:
    V = RNNCell(3, 50, init_V="orthogonal", dtype=torch.float64).V
    torch.testing.assert_close(V @ V.T, torch.eye(50, dtype=torch.float64))


def test_identity_V() -> None:
    assert torch.equal(RNNCell(3, 5, init_V="identity").V, torch.eye(5))


def test_xavier_U_has_the_variance_of_glorot_and_bengio() -> None:
    U = RNNCell(300, 500, init_U="xavier").U
    assert U.std().item() == pytest.approx((2 / (300 + 500)) ** 0.5, rel=0.01)


@pytest.mark.parametrize("scale", [0.01, 0.5])
def test_scaled_identity(scale: float) -> None:
    init_V = "scaled_identity" if scale == 0.01 else partial(scaled_identity, scale=scale)
    assert torch.equal(RNNCell(3, 5, init_V=init_V).V, scale * torch.eye(5))


@pytest.mark.parametrize("size", [1, 5, 14, 15, 16, 50, 64, 100, 1000])
def test_sparse_V_has_a_number_of_incoming_weights(size: int) -> None:
    V = RNNCell(3, size, init_V="sparse").V
    assert (V != 0).sum(0).tolist() == [min(size, 15)] * size
    assert len((V != 0).sum(1).unique()) > 1 or size <= 15  # places are random


def test_sparse_V_has_a_spectral_radius_near_one() -> None:
    torch.manual_seed(0)
    V = RNNCell(3, 1000, init_V=partial(sparse, nonzero=20)).V
    assert (V != 0).sum().item() == 20 * 1000
    assert V[V != 0].var().item() == pytest.approx(1 / 20, rel=0.05)
    assert torch.linalg.eigvals(V).abs().max().item() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("options", [{}, {"radius": 1.2}, {"radius": 0.7, "nonzero": 15}])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_spectral_radius(options: dict[str, Any], dtype: torch.dtype) -> None:
    V = RNNCell(3, 40, init_V=partial(spectral_radius, **options), dtype=dtype).V
    radius = torch.linalg.eigvals(V.detach().double()).abs().max().item()
    assert radius == pytest.approx(options.get("radius", 0.95), rel=1e-5)
    assert (V != 0).sum(0).tolist() == [options.get("nonzero", 40)] * 40


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.complex64])
@pytest.mark.parametrize("name", ["scaled_identity", "sparse", "spectral_radius"])
def test_other_dtypes(name: str, dtype: torch.dtype) -> None:
    V = torch.empty(4, 4, dtype=dtype)
    assert INITIALIZATIONS[name](V) is V
    assert V.isfinite().all()


def test_a_function_of_the_weight() -> None:
    def halves(weight: Tensor) -> Tensor:
        return nn.init.constant_(weight, 0.5)

    rnn = RNN(3, 4, num_layers=2, init_U=halves, init_V=halves)
    assert all((cell.V == 0.5).all() and (cell.U == 0.5).all() for cell in rnn.cells)
    nn.init.zeros_(rnn.V)
    rnn.reset_parameters()
    assert (rnn.V == 0.5).all()


@pytest.mark.parametrize(
    ("init", "message"),
    [
        (partial(scaled_identity, scale=0), "scale must be a number greater than zero, got 0"),
        (partial(spectral_radius, radius="x"), "radius must be a number greater than zero"),
        (partial(sparse, nonzero=0), "nonzero must be greater than zero, got 0"),
        (3, "init_V must be one of uniform.* or a function, got 3"),
    ],
)
def test_bad_parameters(init: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RNNCell(3, 4, init_V=init)


def test_only_square_weights_have_a_spectral_radius() -> None:
    with pytest.raises(ValueError, match=r"needs a square weight such as V, got \(3, 4\)"):
        RNNCell(3, 4, init_U="spectral_radius")


@pytest.mark.parametrize("name", sorted(INITIALIZATIONS.keys() - {"spectral_radius"}))
def test_every_layer_of_an_rnn_uses_the_initialization(name: str) -> None:
    torch.manual_seed(0)
    rnn = RNN(4, 6, num_layers=2, bidirectional=True, init_U=name, init_V=name)
    torch.manual_seed(0)
    for cell in rnn.cells:
        single = RNNCell(cell.input_size, 6, init_U=name, init_V=name)
        assert torch.equal(cell.U, single.U)
        assert torch.equal(cell.V, single.V)


@pytest.mark.parametrize("argument", ["init_U", "init_V"])
def test_an_unknown_name(argument: str) -> None:
    with pytest.raises(ValueError, match=f"{argument} must be one of uniform.* got 'unifrom'"):
        RNNCell(2, 3, **{argument: "unifrom"})


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_on_the_meta_device(name: str) -> None:
    assert RNNCell(3, 3, device="meta", init_U=name, init_V=name).U.is_meta
