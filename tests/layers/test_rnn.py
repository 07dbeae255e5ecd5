import copy
import functools
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils import parametrizations
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence

from elman import RNN, LayerNormRNNCell, RNNCell, VariationalRNNCell
from elman.recurrence import ENGINES

engines = pytest.mark.parametrize("engine", ["auto", *ENGINES])
torch_options = st.fixed_dictionaries(
    {
        "num_layers": st.integers(1, 3),
        "nonlinearity": st.sampled_from(["tanh", "relu"]),
        "bias": st.booleans(),
        "batch_first": st.booleans(),
        "bidirectional": st.booleans(),
    }
)
all_options = st.fixed_dictionaries(
    {
        "num_layers": st.integers(1, 3),
        "nonlinearity": st.sampled_from(["tanh", "relu", "sigmoid"]),
        "bias": st.booleans(),
        "batch_first": st.booleans(),
        "bidirectional": st.booleans(),
        "init_U": st.sampled_from(["uniform", "xavier", "orthogonal"]),
        "init_V": st.sampled_from(["uniform", "orthogonal", "identity"]),
        "merge": st.sampled_from(["concatenate", "sum", "mean", "product"]),
        "learn_h_0": st.booleans(),
    }
)
T = 5
lengths_or_none = st.none() | st.lists(st.integers(0, T), min_size=1, max_size=4).filter(any)


def randn(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def assert_close(actual: Any, expected: Any) -> None:
    torch.testing.assert_close(actual, expected, rtol=1e-12, atol=1e-12)


def unfold_one_with_loops(rnn: RNN, X: Tensor, h_0: Tensor) -> tuple[list[Tensor], Tensor]:
    """Unfolds one sequence `(t, I)` with plain loops over the cells."""
    merge: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "concatenate": lambda a, b: torch.cat([a, b]),
        "sum": lambda a, b: a + b,
        "mean": lambda a, b: 0.5 * a + 0.5 * b,
        "product": lambda a, b: a * b,
    }
    layers, last = [], []
    inputs = list(X)
    for _ in range(rnn.num_layers):
        directions: list[list[Tensor]] = []
        for direction in range(2 if rnn.bidirectional else 1):
            k = len(last)
            cell, h = rnn.cells[k], h_0[k]
            states = []
            for X_t in reversed(inputs) if direction else inputs:
                h = cell(X_t, h)
                states.append(h)
            last.append(h)
            directions.append(states[::-1] if direction else states)
        if rnn.bidirectional:
            inputs = [merge[rnn.merge](a, b) for a, b in zip(*directions, strict=True)]
        else:
            [inputs] = directions
        layers.append(torch.stack(inputs) if inputs else randn(0, rnn.output_size))
    return layers, torch.stack(last)


def unfold_with_loops(
    rnn: RNN, X: Tensor, h_0: Tensor, lengths: list[int]
) -> tuple[Tensor, Tensor]:
    """Unfolds each sequence of `(T, B, I)` separately: states `(num_layers, T, B, D·H)` and h_n."""
    states, last = [], []
    for n, length in enumerate(lengths):
        layers, h_n = unfold_one_with_loops(rnn, X[:length, n], h_0[:, n])
        padding = len(X) - length
        states.append(torch.stack([nn.functional.pad(h, (0, 0, 0, padding)) for h in layers]))
        last.append(h_n)
    return torch.stack(states, dim=2), torch.stack(last, dim=1)


@engines
@given(
    options=all_options,
    lengths=lengths_or_none,
    state=st.booleans(),
    layer_norm=st.booleans(),
    seed=st.integers(0, 999),
)
def test_equals_a_loop_over_its_cells_for_combined_options(
    engine: str,
    options: dict[str, Any],
    lengths: list[int] | None,
    state: bool,
    layer_norm: bool,
    seed: int,
) -> None:
    torch.manual_seed(seed)
    layer_norm = layer_norm and engine in ("auto", "unrolled")
    rnn = RNN(
        3, 4, dtype=torch.float64, engine=engine, **options,
        cell=LayerNormRNNCell if layer_norm else RNNCell,
    )  # fmt: skip
    if rnn.h_0 is not None:
        nn.init.normal_(rnn.h_0)
    B = 2 if lengths is None else len(lengths)
    X, h_0 = randn(T, B, 3).requires_grad_(), randn(len(rnn.cells), B, 4).requires_grad_()
    if state:
        h_start = h_0
    elif rnn.h_0 is None:
        h_start = torch.zeros_like(h_0)
    else:
        h_start = rnn.h_0[:, None].expand_as(h_0)
    expected = unfold_with_loops(rnn, X, h_start, lengths or [T] * B)

    padded = X
    if lengths is not None:  # any values at padding
        over = torch.arange(T)[:, None, None] >= torch.tensor(lengths)[:, None]
        padded = X.masked_fill(over, float("nan"))
    arguments = (
        padded.transpose(0, 1) if rnn.batch_first else padded,
        h_0 if state else None,
        None if lengths is None else torch.tensor(lengths),
    )
    output, h_n = rnn(*arguments)
    states = rnn.states(*arguments)
    if rnn.batch_first:
        output, states = output.transpose(0, 1), states.transpose(1, 2)
    assert_close((states, h_n), expected)
    assert_close(output, expected[0][-1])

    cotangents = [torch.randn_like(x) for x in expected]
    leaves = [X, *rnn.parameters(), *([h_0] if state else [])]
    gradients = [
        torch.autograd.grad(
            found, leaves, cotangents, allow_unused=True, materialize_grads=True, retain_graph=True
        )
        for found in ((states, h_n), expected)
    ]
    for found, right in zip(*gradients, strict=True):
        torch.testing.assert_close(found, right, rtol=1e-11, atol=1e-11)


def torch_gradients_in_elman_layout(ours: RNN, gradients: dict[str, Tensor]) -> dict[str, Tensor]:
    """Gradients of torch's weights in the layout of elman.RNN: transposed, and of one bias."""
    by_name = {}
    for name, gradient in gradients.items():
        kind, layer = name.split("_l")
        k = int(layer[0]) * ours.num_directions + name.endswith("_reverse")
        if kind.startswith("weight"):
            symbol = "U" if kind == "weight_ih" else "V"
            by_name[f"cells.{k}.{symbol}"] = gradient.T
        else:  # each of torch's two biases has the gradient of b
            by_name[f"cells.{k}.b"] = gradient
    return by_name


def assert_same_states_and_gradients(
    ours: RNN, theirs: nn.RNN, arguments: tuple[Any, ...], leaves: list[Tensor]
) -> None:
    def flat(result: tuple[Any, Tensor]) -> list[Tensor]:
        output, h_n = result
        return [output.data if isinstance(output, PackedSequence) else output, h_n]

    found, expected = flat(ours(*arguments)), flat(theirs(*arguments))
    assert_close(found, expected)
    cotangents = [torch.randn_like(x) for x in expected]
    our_weights, their_weights = dict(ours.named_parameters()), dict(theirs.named_parameters())
    gradients, expected = (
        torch.autograd.grad(outputs, [*leaves, *weights.values()], cotangents, retain_graph=True)
        for outputs, weights in ((found, our_weights), (expected, their_weights))
    )
    n = len(leaves)
    assert_close(gradients[:n], expected[:n])
    by_name = dict(zip(their_weights, expected[n:], strict=True))
    assert_close(
        dict(zip(our_weights, gradients[n:], strict=True)),
        {name: torch_gradients_in_elman_layout(ours, by_name)[name] for name in our_weights},
    )


@engines
@given(
    options=torch_options,
    T=st.integers(1, 5),
    B=st.integers(0, 4),
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
    leaves = [randn(*shape, 3).requires_grad_()]
    if state:
        leaves.append(randn(*states).requires_grad_())
    assert_same_states_and_gradients(ours, theirs, tuple(leaves), leaves)


@engines
@given(
    options=torch_options,
    lengths=st.lists(st.integers(1, T), min_size=1, max_size=4),
    enforce_sorted=st.booleans(),
    state=st.booleans(),
    seed=st.integers(0, 999),
)
def test_parity_with_torch_on_packed_sequences(
    engine: str,
    options: dict[str, Any],
    lengths: list[int],
    enforce_sorted: bool,
    state: bool,
    seed: int,
) -> None:
    torch.manual_seed(seed)
    theirs = nn.RNN(3, 4, dtype=torch.float64, **options)
    ours = RNN.from_torch(theirs, engine=engine)
    lengths = sorted(lengths, reverse=True) if enforce_sorted else lengths
    X = randn(max(lengths), len(lengths), 3).requires_grad_()
    packed = pack_padded_sequence(X, torch.tensor(lengths), enforce_sorted=enforce_sorted)
    h_0 = randn(len(ours.cells), len(lengths), 4).requires_grad_()
    arguments, leaves = ((packed, h_0), [X, h_0]) if state else ((packed,), [X])
    assert_same_states_and_gradients(ours, theirs, arguments, leaves)
    for found, expected in zip(ours(*arguments)[0][1:], theirs(*arguments)[0][1:], strict=True):
        assert (found is None and expected is None) or torch.equal(found, expected)


@given(options=torch_options)
def test_to_torch_and_back(options: dict[str, Any]) -> None:
    ours = RNN(3, 4, dtype=torch.float64, **options)
    theirs = ours.to_torch()
    X = randn(5, 2, 3)
    assert_close(ours(X), theirs(X))
    back = RNN.from_torch(theirs).state_dict()
    assert_close(back, ours.state_dict())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"nonlinearity": "sigmoid"}, "tanh and relu only, not 'sigmoid'"),
        ({"nonlinearity": torch.sin}, "tanh and relu only"),
        ({"cell": LayerNormRNNCell}, "has no LayerNormRNNCell"),
        ({"cell": functools.partial(VariationalRNNCell, dropout=0.1)}, "has no VariationalRNNCell"),
        ({"bidirectional": True, "merge": "sum"}, "only merge='concatenate', got 'sum'"),
        ({"learn_h_0": True}, "no learned initial state"),
    ],
)
def test_to_torch_raises_if_torch_lacks_an_option(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RNN(3, 4, **options).to_torch()


def test_from_torch_rejects_other_modules() -> None:
    with pytest.raises(TypeError, match=r"module must be a torch.nn.RNN, got LSTM"):
        RNN.from_torch(nn.LSTM(3, 4))  # type: ignore[arg-type]


def test_dropout_between_layers_in_training_only() -> None:
    rnn = RNN(3, 4, num_layers=2, dropout=1.0)
    X = torch.randn(5, 2, 3)
    changed = rnn(X)[0]
    torch.testing.assert_close(
        changed, rnn(torch.randn(5, 2, 3))[0]
    )  # the second layer gets only zeros
    assert not torch.equal(rnn.eval()(X)[0], changed)
    assert RNN.from_torch(nn.RNN(3, 4, 2, dropout=0.5)).dropout == 0.5


def test_warns_about_dropout_without_effect() -> None:
    with pytest.warns(UserWarning, match="dropout=0.5 has no effect with num_layers=1"):
        RNN(3, 4, dropout=0.5)


def test_every_cell_has_the_weights_of_a_module_as_nonlinearity() -> None:
    rnn = RNN(3, 4, num_layers=2, nonlinearity=nn.PReLU())
    assert [name for name in rnn.state_dict() if "weight" in name] == [
        "cells.0.f.weight",
        "cells.1.f.weight",
    ]
    assert isinstance(rnn.nonlinearity, nn.PReLU)
    assert RNN(3, 4, nonlinearity=torch.relu).nonlinearity == "relu"


def test_two_segments_with_the_state_passed_on_equal_the_whole() -> None:
    rnn = RNN(3, 4, num_layers=2, dtype=torch.float64)
    X = randn(6, 2, 3)
    first, h = rnn(X[:4])
    second, h = rnn(X[4:], h)
    whole, h_n = rnn(X)
    assert_close(torch.cat([first, second]), whole)
    assert_close(h, h_n)


def test_no_time_steps_return_the_initial_state() -> None:
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


@pytest.mark.parametrize(
    "options", [{}, {"bias": False}, {"learn_h_0": True}, {"cell": LayerNormRNNCell}]
)
def test_state_dict_copies_and_pickles(options: dict[str, Any]) -> None:
    rnn, other = (RNN(3, 4, num_layers=2, bidirectional=True, **options) for _ in range(2))
    X = torch.randn(5, 2, 3)
    other.load_state_dict(rnn.state_dict())
    file = io.BytesIO()
    torch.save(rnn, file)
    file.seek(0)
    pickled = torch.load(file, weights_only=False)  # safe: written by this test
    for same in (other, copy.deepcopy(rnn), pickled):
        assert torch.equal(same(X)[0], rnn(X)[0])


def test_to_another_dtype() -> None:
    rnn = RNN(3, 4, num_layers=2, bias=False, learn_h_0=True).double()
    assert {tensor.dtype for tensor in (*rnn.parameters(), *rnn.buffers())} == {torch.float64}
    assert rnn(randn(5, 2, 3))[0].dtype == torch.float64


def test_repr_shows_the_options() -> None:
    shown = repr(RNN(3, 4, 2, "relu", bidirectional=True, merge="sum", learn_h_0=True))
    assert "num_layers=2" in shown
    assert "merge='sum', learn_h_0=True" in shown
    assert "(2-3): 2 x RNNCell(4, 4, nonlinearity='relu')" in shown


def test_a_weight_may_be_parametrized() -> None:
    rnn = RNN(3, 4, dtype=torch.float64)
    parametrizations.orthogonal(rnn.cells[0], "V")
    X = randn(5, 2, 3)
    assert_close(rnn.V @ rnn.V.T, torch.eye(4, dtype=torch.float64))
    assert_close(rnn(X), rnn.to_torch()(X))
    rnn(X)[0].sum().backward()
    assert rnn.cells[0].parametrizations.V.original.grad.any()

    theirs = nn.RNN(3, 4, dtype=torch.float64)
    parametrizations.weight_norm(theirs, "weight_hh_l0")
    assert_close(RNN.from_torch(theirs)(X), theirs(X))


@pytest.mark.parametrize("engine", ["auto", "unrolled"])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.complex64, 1e-4), (torch.complex128, 1e-12)]
)
def test_complex_numbers(engine: str, dtype: torch.dtype, tolerance: float) -> None:
    """Small numbers, since the complex tanh has poles, near which rounding errors grow."""
    torch.manual_seed(0)
    theirs = nn.RNN(3, 4, num_layers=2, dtype=dtype)
    ours = RNN.from_torch(theirs, engine=engine)
    X = 0.1 * torch.randn(5, 2, 3, dtype=dtype)
    torch.testing.assert_close(ours(X), theirs(X), rtol=tolerance, atol=tolerance)
    ours(X)[0].abs().sum().backward()
    theirs(X)[0].abs().sum().backward()
    torch.testing.assert_close(
        ours.V.grad, theirs.weight_hh_l0.grad.T, rtol=tolerance, atol=tolerance
    )


def test_bptt_rejects_complex_numbers() -> None:
    rnn = RNN(3, 4, dtype=torch.complex64, engine="bptt")
    with pytest.raises(ValueError, match="engine 'unrolled' also takes complex ones"):
        rnn(torch.randn(5, 2, 3, dtype=torch.complex64))


def test_a_learned_initial_state_is_initially_zero_and_hx_replaces_it() -> None:
    rnn = RNN(3, 4, num_layers=2, learn_h_0=True)
    X, h_0 = torch.randn(5, 2, 3), torch.randn(2, 2, 4)
    plain = RNN(3, 4, num_layers=2)
    plain.load_state_dict({k: v for k, v in rnn.state_dict().items() if k != "h_0"})
    assert torch.equal(rnn(X)[0], plain(X)[0])
    assert torch.equal(rnn(X, h_0)[0], plain(X, h_0)[0])
    rnn(X)[0].sum().backward()
    assert rnn.h_0 is not None
    assert rnn.h_0.grad is not None
    assert rnn.h_0.grad.any()
    nn.init.ones_(rnn.h_0)
    rnn.reset_parameters()
    assert not rnn.h_0.any()


def test_results_are_deterministic(device: torch.device) -> None:
    rnn = RNN(16, 64, num_layers=2, bidirectional=True, device=device)
    X = torch.randn(20, 8, 16, device=device, requires_grad=True)
    lengths = torch.randint(21, (8,), device=device)

    def gradients() -> list[Tensor]:
        output, h_n = rnn(X, lengths=lengths)
        cost = output.square().sum() + h_n.sum()
        return [cost, *torch.autograd.grad(cost, [X, *rnn.parameters()])]

    torch.use_deterministic_algorithms(True)
    try:
        first, second = gradients(), gradients()
    finally:
        torch.use_deterministic_algorithms(False)
    assert all(map(torch.equal, first, second))


def test_the_output_may_be_changed_in_place() -> None:
    rnn = RNN(3, 4)
    X = torch.randn(5, 2, 3)
    expected = rnn(X)[0].detach().relu()
    assert torch.equal(nn.ReLU(inplace=True)(rnn(X)[0]), expected)


def test_reset_parameters_draws_new_weights() -> None:
    rnn = RNN(3, 4)
    before = rnn.U.clone()
    rnn.reset_parameters()
    assert not torch.equal(rnn.U, before)


def test_every_device(device: torch.device) -> None:
    rnn = RNN(3, 4, num_layers=2, bidirectional=True, device=device)
    output, h_n = rnn(torch.randn(5, 2, 3, device=device))
    assert output.device.type == h_n.device.type == device.type


def test_no_tensor_is_created_on_another_device() -> None:
    rnn = RNN(3, 4, num_layers=2, bidirectional=True, device="meta")
    output, h_n = rnn(torch.empty(5, 2, 3, device="meta"))
    assert (output.shape, h_n.shape) == ((5, 2, 8), (4, 2, 4))
    (output.sum() + h_n.sum()).backward()
    assert all(
        parameter.grad.is_meta for parameter in rnn.parameters() if parameter.grad is not None
    )


def test_mixed_precision_training() -> None:
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
def test_bad_arguments(arguments: dict[str, Any], error: type[Exception]) -> None:
    [name] = arguments
    arguments = {"input_size": 3, "hidden_size": 4, **arguments}
    with pytest.raises(error):
        nn.RNN(**arguments)
    with pytest.raises(error, match=f"^{name} must be"):
        RNN(**arguments)


def test_layers_selects_the_states_of_the_output() -> None:
    rnn, X = RNN(3, 4, num_layers=2), torch.randn(5, 2, 3)
    output, h_n = rnn(X)
    assert torch.equal(rnn(X, layers="all")[0], rnn.states(X))
    assert torch.equal(rnn.states(X)[-1], output)
    empty, last = rnn(X, layers="none")
    assert empty.numel() == 0
    assert torch.equal(last, h_n)
    with pytest.raises(ValueError, match="layers must be 'last', 'all' or 'none', got 'first'"):
        rnn(X, layers="first")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="layers must be 'last' with a PackedSequence"):
        rnn(pack_sequence([X[:, 0]]), layers="all")  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["engine", "init_U", "init_V", "merge"])
def test_unknown_names(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be one of .* got 'cudnn'"):
        RNN(3, 4, **{name: "cudnn"})


def test_a_cell_with_other_equations_rejects_fast_engines() -> None:
    rnn = RNN(3, 4, cell=LayerNormRNNCell, engine="bptt")
    with pytest.raises(ValueError, match="engine must be auto or unrolled for LayerNormRNNCell"):
        rnn(torch.zeros(5, 2, 3))


@pytest.mark.parametrize(
    ("lengths", "error", "message"),
    [
        ([5, 3], TypeError, r"lengths must be a tensor of integers, got \[5, 3\]"),
        (torch.tensor([5.0, 3.0]), TypeError, "lengths must be a tensor of integers, got torch.fl"),
        (torch.tensor([5]), ValueError, r"lengths must have shape \(2,\), one for each .* \(1,\)"),
        (torch.tensor([5, 6]), ValueError, "lengths must be from 0 to T=5, got 6"),
        (torch.tensor([-1, 5]), ValueError, "lengths must be from 0 to T=5, got -1"),
    ],
)
@pytest.mark.parametrize("batch_first", [True, False])
def test_bad_lengths(lengths: Any, error: type[Exception], message: str, batch_first: bool) -> None:
    X = torch.zeros(2, 5, 3) if batch_first else torch.zeros(5, 2, 3)
    with pytest.raises(error, match=message):
        RNN(3, 4, batch_first=batch_first)(X, lengths=lengths)


def test_one_sequence_may_have_a_length_too() -> None:
    rnn = RNN(3, 4, bidirectional=True)
    X = torch.randn(5, 3)
    output, h_n = rnn(X, lengths=torch.tensor(3))
    expected, expected_last = rnn(X[:3])
    torch.testing.assert_close((output[:3], h_n), (expected, expected_last))
    assert not output[3:].any()


def test_a_packed_sequence_has_its_own_lengths() -> None:
    packed = pack_sequence([torch.zeros(3, 3), torch.zeros(2, 3)])
    with pytest.raises(ValueError, match="lengths must not be given with a PackedSequence"):
        RNN(3, 4)(packed, lengths=torch.tensor([3, 2]))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("input", "hx", "message"),
    [
        (torch.zeros(3), None, "input must be"),
        (torch.zeros(5, 2, 7), None, "input must have input_size=3 features, got 7"),
        (torch.zeros(5, 2, 3, 1), None, "input must be"),
        (torch.zeros(5, 2, 3, dtype=torch.float64), None, "input must have the weights' dtype"),
        (torch.zeros(5, 2, 3, dtype=torch.long), None, "input must have the weights' dtype"),
        (torch.zeros(5, 2, 3), torch.zeros(1, 2, 4).double(), "hx must have the weights' dtype"),
        (torch.zeros(5, 2, 3), torch.zeros(1, 2, 5), r"hx must have shape \(1, 2, 4\)"),
        (torch.zeros(5, 2, 3), torch.zeros(2, 2, 4), r"hx must have shape \(1, 2, 4\)"),
        (pack_sequence([torch.zeros(5, 7)]), None, "input must have input_size=3"),
        (pack_sequence([torch.zeros(5, 3)]).double(), None, "input must have the weights' dtype"),
        (pack_sequence([torch.zeros(5, 3)]), torch.zeros(1, 4), r"hx must have shape \(1, 1, 4\)"),
        (torch.zeros(5, 2, 3), torch.zeros(1, 1, 4), r"hx must have shape \(1, 2, 4\)"),
        (torch.zeros(5, 2, 3), torch.zeros(2, 4), r"hx must have shape \(1, 2, 4\)"),
        (torch.zeros(5, 3), torch.zeros(1, 2, 4), r"hx must have shape \(1, 4\)"),
    ],
)
def test_bad_inputs_raise_as_in_torch(input: Any, hx: Tensor | None, message: str) -> None:
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        nn.RNN(3, 4)(input, hx)
    with pytest.raises(theirs.type, match=message):
        RNN(3, 4)(input, hx)


@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("cell", [RNNCell, LayerNormRNNCell])
def test_a_single_step_equals_the_engines(num_layers: int, cell: Any) -> None:
    torch.manual_seed(0)
    rnn = RNN(3, 5, num_layers, cell=cell, dropout=0.0, dtype=torch.float64).eval()
    X, hx = torch.randn(1, 1, 3).double(), torch.randn(num_layers, 1, 5).double()
    with torch.inference_mode():
        found = [*rnn(X, hx), *rnn(X), *rnn(X[0], hx[:, 0]), rnn.states(X, hx)]
    expected = [*rnn(X, hx), *rnn(X), *rnn(X[0], hx[:, 0]), rnn.states(X, hx)]  # with gradients
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_final_state() -> None:
    rnn = RNN(3, 5, 2, bidirectional=True)
    X, lengths = torch.randn(6, 2, 3), torch.tensor([2, 6])
    torch.testing.assert_close(rnn.final_state(X, lengths=lengths), rnn(X, lengths=lengths)[1])
    torch.testing.assert_close(rnn.final_state(X[:, 0]), rnn(X[:, 0])[1])


@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True}])
def test_conversion_keeps_requires_grad(options: dict[str, Any]) -> None:
    theirs = nn.RNN(3, 4, **options)
    theirs.weight_hh_l0.requires_grad_(False)
    theirs.bias_hh_l0.requires_grad_(False)
    with torch.no_grad():
        ours = RNN.from_torch(theirs)
        back = ours.to_torch()
    with_gradients = {name for name, weight in ours.named_parameters() if weight.requires_grad}
    assert with_gradients == {name for name, _ in ours.named_parameters()} - {"cells.0.V"}
    assert not back.weight_hh_l0.requires_grad
    theirs.bias_ih_l0.requires_grad_(False)
    assert not RNN.from_torch(theirs).b.requires_grad  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "dtype",
    [torch.int8, torch.uint8, torch.int16, torch.uint16, torch.int32, torch.uint32, torch.int64],
)
def test_lengths_of_any_integer_dtype(dtype: torch.dtype) -> None:
    rnn, X = RNN(3, 4, bidirectional=True), torch.randn(300, 2, 3)
    lengths = torch.tensor([120, 100])
    found, expected = rnn(X, lengths=lengths.to(dtype)), rnn(X, lengths=lengths)
    assert all(map(torch.equal, found, expected))


@pytest.mark.parametrize("options", [{}, {"bidirectional": True}, {"cell": LayerNormRNNCell}])
@pytest.mark.parametrize("kind", ["lengths", "packed", "no time steps", "hx"])
def test_autocast_gives_all_outputs_one_dtype(options: dict[str, Any], kind: str) -> None:
    rnn, X, lengths = RNN(3, 4, **options), torch.randn(5, 2, 3), torch.tensor([5, 0])
    directions = 1 + rnn.bidirectional
    with torch.autocast("cpu", torch.bfloat16):
        if kind == "lengths":
            output, h_n = rnn(X, lengths=lengths)
        elif kind == "packed":
            packed, h_n = rnn(pack_sequence([X[:, 0], X[:3, 1]]))
            output = packed.data
        elif kind == "hx":
            output, h_n = rnn(X, torch.randn(directions, 2, 4), lengths)
        else:
            output, h_n = rnn(X[:0])
    assert output.dtype == h_n.dtype
    if "cell" not in options:
        assert output.dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("weights", "X"),
    [
        (torch.float32, torch.float64),
        (torch.float64, torch.float32),
        (torch.float64, torch.complex64),
    ],
)
def test_autocast_does_not_change_float64(weights: torch.dtype, X: torch.dtype) -> None:
    rnn = RNN(3, 4, dtype=weights)
    with torch.autocast("cpu", torch.bfloat16):
        for layer in (rnn, rnn.to_torch()):
            with pytest.raises(RuntimeError, match="dtype"):
                layer(torch.randn(5, 2, 3, dtype=X))
        assert rnn.double()(torch.randn(5, 2, 3, dtype=torch.float64))[0].dtype == torch.float64


class Wrapper(nn.Module):
    def __init__(self, rnn: RNN) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, X: Tensor, lengths: Tensor | None = None) -> Any:
        return self.rnn(X, lengths=lengths)


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
@pytest.mark.filterwarnings(
    "ignore::torch.jit.TracerWarning"
)  # from the argument checks, as in torch.nn.RNN
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("options", [{}, {"num_layers": 2, "bidirectional": True, "bias": False}])
@pytest.mark.parametrize("with_lengths", [False, True])
def test_a_trace_runs_at_other_lengths(
    nonlinearity: str, options: dict[str, Any], with_lengths: bool
) -> None:
    rnn = RNN(3, 4, nonlinearity=nonlinearity, **options)

    def example(T: int, B: int) -> tuple[Any, ...]:
        X = torch.randn(T, B, 3)
        return (X, torch.randint(T + 1, (B,))) if with_lengths else (X,)

    wrapper = Wrapper(rnn)
    trace = torch.jit.trace(wrapper, example(5, 2))
    for T, B in ((9, 3), (1, 1)):
        given = example(T, B)
        torch.testing.assert_close(trace(*given), wrapper(*given))


def test_torch_fx_records_the_layer_as_one_node() -> None:
    wrapper = Wrapper(RNN(3, 4))
    graph = torch.fx.symbolic_trace(wrapper)
    assert [node.target for node in graph.graph.nodes if node.op == "call_module"] == ["rnn"]
    X, lengths = torch.randn(5, 2, 3), torch.tensor([5, 2])
    assert all(map(torch.equal, graph(X, lengths), wrapper(X, lengths)))


@pytest.mark.parametrize("options", [{}, {"bias": False}, {"learn_h_0": True}])
def test_a_layer_without_initialized_weights_can_be_initialized_or_loaded(
    options: dict[str, Any],
) -> None:
    X, source = torch.randn(5, 2, 3), RNN(3, 4, num_layers=2, **options)
    expected = source(X)[0]
    empty = RNN(3, 4, num_layers=2, device="meta", **options)
    skipped = nn.utils.skip_init(RNN, 3, 4, num_layers=2, **options)
    for made in (skipped, copy.deepcopy(empty).to_empty(device="cpu"), RNN(3, 4, 2, **options)):
        for parameter in made.parameters():
            nn.init.constant_(parameter, float("nan"))
        made.reset_parameters()
        assert made(X)[0].isfinite().all()
        made.load_state_dict(source.state_dict())
        assert torch.equal(made(X)[0], expected)
    empty.load_state_dict(source.state_dict(), assign=True)
    assert torch.equal(empty(X)[0], expected)


def test_sizes_and_probabilities_may_be_numpy_numbers() -> None:
    rnn = RNN(np.int64(3), np.int32(4), np.int64(2), dropout=np.float32(0.5), recompute=np.int8(2))  # type: ignore[arg-type]
    sizes = [rnn.input_size, rnn.hidden_size, rnn.num_layers, rnn.recompute, rnn.output_size]
    assert [type(size) for size in sizes] == [int] * 5
    assert type(rnn.dropout) is float
    assert rnn(torch.randn(5, 2, 3))[0].shape == (5, 2, 4)
    with pytest.raises(TypeError, match="hidden_size must be an int"):
        RNN(3, np.float64(4))  # type: ignore[arg-type]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_graphs() -> None:
    """CUDA graphs launch all kernels of a pass at once."""
    plain = RNN(3, 5, 2, device="cuda")
    graphed = torch.cuda.make_graphed_callables(
        copy.deepcopy(plain), (torch.randn(7, 2, 3, device="cuda", requires_grad=True),)
    )
    X = torch.randn(7, 2, 3, device="cuda")
    results = []
    for rnn in (plain, graphed):
        output, h_n = rnn(X)
        output.sum().backward()
        results.append([output, h_n, *(weight.grad for weight in rnn.parameters())])
    torch.testing.assert_close(*results)
