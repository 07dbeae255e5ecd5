from collections.abc import Callable

import pytest
import torch
from torch import nn

from elman.equations import NONLINEARITIES
from elman.forward_gradients import RTRL, sequence_gradients
from elman.forward_gradients.arguments import check_nonlinearity

h_0, U, V, b = torch.zeros(2, 4), torch.zeros(3, 4), torch.zeros(4, 4), torch.zeros(4)
KNOWN = "f must be torch.tanh, torch.relu or torch.sigmoid, whose derivatives are known, got "


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((h_0, torch.zeros(4), V, b), ValueError, "U must have shape (I, H), got (4,)"),
        ((h_0, U, V[:3], b), ValueError, "V must have shape (H, H) = (4, 4), got (3, 4)"),
        ((h_0, U, V, b[:1]), ValueError, "b must have shape (H) = (4), got (1,)"),
        ((h_0[:, :3], U, V, b), ValueError, "h_0 must have shape (B, H) = (B, 4), got (2, 3)"),
        ((h_0[0], U, V, b), ValueError, "h_0 must have shape (B, H) = (B, 4), got (4,)"),
        ((h_0, U, V, None), TypeError, "b must be a tensor, got NoneType"),
        (
            (h_0, nn.RNN(3, 4), V, b),
            TypeError,
            "U must be a tensor of real floating-point numbers, got RNN",
        ),
        (
            (h_0, U.long(), V, b),
            TypeError,
            "U must be a tensor of real floating-point numbers, got torch.int64",
        ),
        (
            (h_0, U.to(torch.complex64), V, b),
            TypeError,
            "U must be a tensor of real floating-point numbers, got torch.complex64",
        ),
        (
            (h_0.double(), U, V, b),
            ValueError,
            "h_0 must have the dtype of U, torch.float32, got torch.float64",
        ),
        (
            (h_0, U, V.to("meta"), b),
            ValueError,
            "V must be on the device of U, cpu, got meta",
        ),
        ((h_0, U, V, b, "tanh"), ValueError, KNOWN + "'tanh'"),
        ((h_0, U, V, b, torch.sin), ValueError, KNOWN + repr(torch.sin)),
        ((h_0, U, V, b, nn.GELU()), ValueError, KNOWN + "GELU(approximate='none')"),
    ],
)
def test_a_wrong_network_is_named_in_one_sentence(
    arguments: tuple, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as raised:
        RTRL(*arguments)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("X_t", "message"),
    [
        (torch.zeros(1, 3), "X_t must have shape (B, I) = (2, 3), got (1, 3)"),
        (torch.zeros(2, 4), "X_t must have shape (B, I) = (2, 3), got (2, 4)"),
        (torch.zeros(2, 3).double(), "X_t must have the dtype of U, torch.float32, got torch.f"),
    ],
)
def test_a_wrong_input_changes_nothing(X_t: torch.Tensor, message: str) -> None:
    method = RTRL(h_0, U, V, b)
    with pytest.raises(ValueError, match="X_t") as raised:
        method.step(X_t)
    assert str(raised.value).startswith(message)
    assert torch.equal(method.h_t, h_0)


def test_a_gradient_of_another_batch() -> None:
    with pytest.raises(ValueError, match="dC_dh_t") as raised:
        RTRL(h_0, U, V, b).gradients(torch.zeros(1, 4))
    assert str(raised.value) == "dC_dh_t must have shape (B, H) = (2, 4), got (1, 4)"


@pytest.mark.parametrize(
    ("X", "dC_dh", "message"),
    [
        ((2, 3), (5, 2, 4), "X must have shape (T, B, I) = (T, 2, 3), got (2, 3)"),
        ((5, 1, 3), (5, 1, 4), "X must have shape (T, B, I) = (T, 2, 3), got (5, 1, 3)"),
        ((5, 2, 3), (4, 2, 4), "dC_dh must have shape (T, B, H) = (5, 2, 4), got (4, 2, 4)"),
    ],
)
def test_a_wrong_sequence(X: tuple, dC_dh: tuple, message: str) -> None:
    with pytest.raises(ValueError, match="must have shape") as raised:
        sequence_gradients(RTRL(h_0, U, V, b), torch.zeros(X), torch.zeros(dC_dh))
    assert str(raised.value) == message


@pytest.mark.parametrize("synonym", [nn.functional.tanh, torch.Tensor.tanh, nn.Tanh()])
def test_a_synonym_is_known(synonym: Callable) -> None:
    assert check_nonlinearity(synonym) is torch.tanh


@pytest.mark.parametrize("f", NONLINEARITIES.values())
def test_the_slides_functions_are_known(f: Callable) -> None:
    assert check_nonlinearity(f) is f
