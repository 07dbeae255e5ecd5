import copy
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from elman import RNN
from elman.recurrence import ENGINES

engines = pytest.mark.parametrize("engine", ["auto", *ENGINES])
options = st.fixed_dictionaries(
    {
        "num_layers": st.integers(1, 3),
        "nonlinearity": st.sampled_from(["tanh", "relu"]),
        "bias": st.booleans(),
        "batch_first": st.booleans(),
        "bidirectional": st.booleans(),
    }
)


def randn(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def assert_close(actual: Any, expected: Any) -> None:
    torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-12)


def by_hand(rnn: RNN, X: Tensor, h_0: Tensor) -> tuple[Tensor, Tensor]:
    """A loop over layers, directions and time steps that knows nothing but the cell."""
    directions = 2 if rnn.bidirectional else 1
    last = []
    for layer in range(rnn.num_layers):
        outputs = []
        for direction in range(directions):
            cell = rnn.cells[layer * directions + direction]
            h = h_0[layer * directions + direction]
            states: list[Tensor] = [h] * len(X)
            for t in reversed(range(len(X))) if direction else range(len(X)):
                states[t] = h = cell(X[t], h)
            last.append(h)
            outputs.append(torch.stack(states))
        X = torch.cat(outputs, -1)
    return X, torch.stack(last)


@engines
@given(options=options, T=st.integers(1, 5), B=st.integers(1, 4), seed=st.integers(0, 999))
def test_is_a_loop_over_its_cells(
    engine: str, options: dict[str, Any], T: int, B: int, seed: int
) -> None:
    torch.manual_seed(seed)
    rnn = RNN(3, 4, dtype=torch.float64, engine=engine, **options)
    X, h_0 = randn(T, B, 3), randn(len(rnn.cells), B, 4)
    expected, expected_last = by_hand(rnn, X, h_0)
    output, h_n = rnn(X.transpose(0, 1) if rnn.batch_first else X, h_0)
    assert_close(output.transpose(0, 1) if rnn.batch_first else output, expected)
    assert_close(h_n, expected_last)


@engines
@given(
    options=options,
    T=st.integers(1, 5),
    B=st.integers(1, 4),
    batched=st.booleans(),
    state=st.booleans(),
    seed=st.integers(0, 999),
)
def test_parity_with_torch_in_states_and_all_gradients(
    engine: str, options: dict[str, Any], T: int, B: int, batched: bool, state: bool, seed: int
) -> None:
    torch.manual_seed(seed)
    theirs = nn.RNN(3, 4, dtype=torch.float64, **options)
    ours = RNN.from_torch(theirs, engine=engine)
    shape = ((B, T) if theirs.batch_first else (T, B)) if batched else (T,)
    states = (len(ours.cells), B, 4) if batched else (len(ours.cells), 4)
    X, h_0 = randn(*shape, 3).requires_grad_(), randn(*states).requires_grad_()
    arguments = (X, h_0) if state else (X,)

    found, wanted = ours(*arguments), theirs(*arguments)
    assert_close(found, wanted)
    cotangents = [torch.randn_like(part) for part in wanted]
    our_parameters = dict(ours.named_parameters())
    gradients = torch.autograd.grad(found, [*arguments, *our_parameters.values()], cotangents)
    expected = torch.autograd.grad(wanted, [*arguments, *theirs.parameters()], cotangents)
    n = len(arguments)
    assert_close(gradients[:n], expected[:n])
    by_name = dict(zip(our_parameters, gradients[n:], strict=True))
    for (name, _), gradient in zip(theirs.named_parameters(), expected[n:], strict=True):
        kind, layer = name.split("_l")
        k = int(layer[0]) * ours.num_directions + name.endswith("_reverse")
        if kind.startswith("weight"):
            symbol = "U" if kind == "weight_ih" else "V"
            assert_close(by_name[f"cells.{k}.{symbol}"], gradient.T)
        else:  # either of torch's two biases has the gradient of our one
            assert_close(by_name[f"cells.{k}.b"], gradient)


@given(options=options)
def test_to_torch_is_the_way_back(options: dict[str, Any]) -> None:
    ours = RNN(3, 4, dtype=torch.float64, **options)
    theirs = ours.to_torch()
    X = randn(5, 2, 3)
    assert_close(ours(X), theirs(X))
    assert RNN.from_torch(theirs).state_dict().keys() == ours.state_dict().keys()


def test_dropout_between_layers_in_training_only() -> None:
    rnn = RNN(3, 4, num_layers=2, dropout=1.0)
    X = torch.randn(5, 2, 3)
    changed = rnn(X)[0]
    torch.testing.assert_close(
        changed, rnn(torch.randn(5, 2, 3))[0]
    )  # nothing of X reaches the second layer
    assert not torch.equal(rnn.eval()(X)[0], changed)
    assert RNN.from_torch(nn.RNN(3, 4, 2, dropout=0.5)).dropout == 0.5


def test_dropout_that_does_nothing_is_told() -> None:
    with pytest.warns(UserWarning, match="dropout=0.5 does nothing with num_layers=1"):
        RNN(3, 4, dropout=0.5)


def test_a_module_as_nonlinearity_has_its_weights_once_a_cell() -> None:
    rnn = RNN(3, 4, num_layers=2, nonlinearity=nn.PReLU())
    assert [name for name in rnn.state_dict() if "weight" in name] == [
        "cells.0.f.weight",
        "cells.1.f.weight",
    ]
    assert isinstance(rnn.nonlinearity, nn.PReLU)
    assert RNN(3, 4, nonlinearity=torch.relu).nonlinearity == "relu"


def test_a_state_carried_over_makes_two_halves_a_whole() -> None:
    rnn = RNN(3, 4, num_layers=2, dtype=torch.float64)
    X = randn(6, 2, 3)
    first, h = rnn(X[:4])
    second, h = rnn(X[4:], h)
    whole, h_n = rnn(X)
    assert_close(torch.cat([first, second]), whole)
    assert_close(h, h_n)


def test_no_time_steps_leave_the_state_as_it_is() -> None:
    rnn = RNN(3, 4, num_layers=2, bidirectional=True)
    h_0 = torch.randn(4, 2, 4)
    output, h_n = rnn(torch.zeros(0, 2, 3), h_0)
    assert output.shape == (0, 2, 8)
    assert torch.equal(h_n, h_0)


def test_U_V_and_b_are_those_of_the_first_layer() -> None:
    rnn = RNN(3, 4, num_layers=2)
    assert rnn.U is rnn.cells[0].U
    assert rnn.V is rnn.cells[0].V
    assert rnn.b is rnn.cells[0].b
    assert [w.shape for w in (rnn.U, rnn.V, rnn.b)] == [(3, 4), (4, 4), (4,)]


def test_state_dict_and_copies() -> None:
    rnn, other = RNN(3, 4, num_layers=2), RNN(3, 4, num_layers=2)
    X = torch.randn(5, 2, 3)
    other.load_state_dict(rnn.state_dict())
    for same in (other, copy.deepcopy(rnn)):
        assert torch.equal(same(X)[0], rnn(X)[0])


def test_reset_parameters_draws_anew() -> None:
    rnn = RNN(3, 4)
    before = rnn.U.clone()
    rnn.reset_parameters()
    assert not torch.equal(rnn.U, before)


def test_every_device(device: torch.device) -> None:
    rnn = RNN(3, 4, num_layers=2, bidirectional=True, device=device)
    output, h_n = rnn(torch.randn(5, 2, 3, device=device))
    assert output.device.type == h_n.device.type == device.type


def test_nothing_is_made_on_another_device() -> None:
    rnn = RNN(3, 4, num_layers=2, bidirectional=True, device="meta")
    output, h_n = rnn(torch.empty(5, 2, 3, device="meta"))
    assert (output.shape, h_n.shape) == ((5, 2, 8), (4, 2, 4))
    (output.sum() + h_n.sum()).backward()
    assert all(
        parameter.grad.is_meta for parameter in rnn.parameters() if parameter.grad is not None
    )


def test_autocast_as_in_training_with_mixed_precision() -> None:
    rnn = RNN(3, 4, num_layers=2)
    with torch.autocast("cpu", torch.bfloat16):
        output, _ = rnn(torch.randn(5, 2, 3))
    assert output.dtype == torch.bfloat16
    output.sum().backward()
    assert rnn.V.grad is not None
    assert rnn.V.grad.dtype == torch.float32


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"hidden_size": 0}, ValueError),
        ({"hidden_size": "5"}, TypeError),
        ({"input_size": 0}, ValueError),
        ({"num_layers": 0}, ValueError),
        ({"nonlinearity": "softmax"}, ValueError),
        ({"bias": 1}, TypeError),
        ({"batch_first": 1}, TypeError),
        ({"dropout": 1.5}, ValueError),
        ({"dropout": True}, ValueError),
    ],
)
def test_refuses_what_torch_refuses(arguments: dict[str, Any], error: type[Exception]) -> None:
    [name] = arguments
    arguments = {"input_size": 3, "hidden_size": 4, **arguments}
    with pytest.raises(error):
        nn.RNN(**arguments)
    with pytest.raises(error, match=f"^{name} must be"):
        RNN(**arguments)


def test_an_engine_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="engine must be one of auto"):
        RNN(3, 4, engine="cudnn")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("input", "hx", "message"),
    [
        (torch.zeros(3), None, "input must be"),
        (torch.zeros(5, 2, 7), None, "input must have input_size=3 features, got 7"),
        (torch.zeros(5, 2, 3, dtype=torch.float64), None, "input must have the weights' dtype"),
        (torch.zeros(5, 2, 3), torch.zeros(1, 1, 4), r"hx must have shape \(1, 2, 4\)"),
        (torch.zeros(5, 2, 3), torch.zeros(2, 4), r"hx must have shape \(1, 2, 4\)"),
        (torch.zeros(5, 3), torch.zeros(1, 2, 4), r"hx must have shape \(1, 4\)"),
    ],
)
def test_refuses_input_that_torch_refuses_too(
    input: Tensor, hx: Tensor | None, message: str
) -> None:
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        nn.RNN(3, 4)(input, hx)
    with pytest.raises(theirs.type, match=message):
        RNN(3, 4)(input, hx)
