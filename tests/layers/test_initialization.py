import pytest
import torch

from elman import RNN, RNNCell
from elman.layers.initialization import INITIALIZATIONS


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


@pytest.mark.parametrize("name", INITIALIZATIONS)
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
    assert RNNCell(2, 3, device="meta", init_U=name, init_V=name).U.is_meta
