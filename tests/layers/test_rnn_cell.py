import pytest
import torch
from torch import Tensor, nn

from elman import RNN, LayerNormRNNCell, RNNCell, reference


@pytest.mark.parametrize("f", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize("bias", [True, False])
def test_equals_one_step_of_the_reference(f: str, bias: bool) -> None:
    cell = RNNCell(3, 4, bias=bias, nonlinearity=f, dtype=torch.float64)
    X, h = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 4, dtype=torch.float64)
    weights = [w.detach().numpy() for w in cell.weights()]
    expected = reference.recurrence(X[None].numpy(), h.numpy(), *weights, f=f)[0]
    torch.testing.assert_close(cell(X, h), torch.from_numpy(expected), rtol=1e-12, atol=1e-12)


def test_any_elementwise_function() -> None:
    cell = RNNCell(3, 4, nonlinearity=torch.sin)
    X, h = torch.randn(2, 3), torch.randn(2, 4)
    torch.testing.assert_close(cell(X, h), torch.sin(X @ cell.U + h @ cell.V + cell.b))


def test_state_is_zero_if_not_given() -> None:
    cell = RNNCell(3, 4)
    X = torch.randn(2, 3)
    assert torch.equal(cell(X), cell(X, torch.zeros(2, 4)))


def test_an_unbatched_input_equals_a_batch_of_one() -> None:
    cell = RNNCell(3, 4)
    X, h = torch.randn(3), torch.randn(4)
    torch.testing.assert_close(cell(X, h), cell(X[None], h[None])[0])


@pytest.mark.parametrize("f", ["tanh", "relu"])
@pytest.mark.parametrize("bias", [True, False])
def test_from_torch_and_back(f: str, bias: bool) -> None:
    theirs = nn.RNNCell(3, 4, bias=bias, nonlinearity=f, dtype=torch.float64).eval()
    ours = RNNCell.from_torch(theirs)
    X, h = torch.randn(2, 3, dtype=torch.float64), torch.randn(2, 4, dtype=torch.float64)
    for cell in (ours, ours.to_torch()):
        assert not cell.training
        torch.testing.assert_close(cell(X, h), theirs(X, h), rtol=1e-12, atol=1e-12)


def test_torch_has_no_sigmoid() -> None:
    with pytest.raises(ValueError, match="tanh and relu only, not 'sigmoid'"):
        RNNCell(3, 4, nonlinearity="sigmoid").to_torch()


def test_without_bias() -> None:
    cell = RNNCell(3, 4, bias=False)
    assert [name for name, _ in cell.named_parameters()] == ["U", "V"]
    assert list(cell.state_dict()) == ["U", "V"]
    assert not list(cell.buffers())
    assert cell.b is None
    b = cell.double().weights()[2]
    assert b.dtype == torch.float64
    assert torch.equal(b, torch.zeros(4, dtype=torch.float64))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"hidden_size": 0}, ValueError, "hidden_size must be greater than zero, got 0"),
        ({"input_size": -2}, ValueError, "input_size must be greater than zero, got -2"),
        ({"hidden_size": 2.0}, TypeError, "hidden_size must be an int, got 2.0"),
        ({"hidden_size": True}, TypeError, "hidden_size must be an int, got True"),
        ({"bias": "yes"}, TypeError, "bias must be True or False, got 'yes'"),
        ({"nonlinearity": "than"}, ValueError, "nonlinearity must be one of tanh.* got 'than'"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        RNNCell(**{"input_size": 3, "hidden_size": 4, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("input_shape", "state_shape", "error", "message"),
    [
        ((1, 2, 3), None, ValueError, "input must be"),
        ((2, 5), None, RuntimeError, "input must have input_size=3 features, got 5"),
        ((2, 3), (1, 2, 4), ValueError, "hx must be"),
        ((2, 3), (1, 4), RuntimeError, r"hx must have shape \(2, 4\), got \(1, 4\)"),
        ((2, 3), (2, 5), RuntimeError, r"hx must have shape \(2, 4\), got \(2, 5\)"),
    ],
)
def test_bad_shapes(
    input_shape: tuple[int, ...],
    state_shape: tuple[int, ...] | None,
    error: type[Exception],
    message: str,
) -> None:
    state = None if state_shape is None else torch.zeros(state_shape)
    with pytest.raises(error):
        nn.RNNCell(3, 4)(torch.zeros(input_shape), state)
    with pytest.raises(error, match=message):
        RNNCell(3, 4)(torch.zeros(input_shape), state)


@pytest.mark.parametrize(
    ("X", "h", "message"),
    [
        (torch.zeros(2, 3).double(), None, "input must have the weights' dtype torch.float32"),
        (torch.zeros(2, 3), torch.zeros(2, 4).double(), "hx must have the weights' dtype"),
        (torch.zeros(2, 3), torch.zeros(4), r"hx must have shape \(2, 4\), got \(4,\)"),
        (torch.zeros(3), torch.zeros(1, 4), r"hx must have shape \(4,\), got \(1, 4\)"),
    ],
)
def test_bad_inputs_raise_as_in_torch(X: Tensor, h: Tensor | None, message: str) -> None:
    with pytest.raises(RuntimeError):
        nn.RNNCell(3, 4)(X, h)
    with pytest.raises(RuntimeError, match=message):
        RNNCell(3, 4)(X, h)


@pytest.mark.parametrize("f", ["tanh", "relu"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_autocast_dtype_equals_torch(f: str, dtype: torch.dtype) -> None:
    theirs = nn.RNNCell(3, 4, nonlinearity=f, dtype=dtype)
    ours = RNNCell.from_torch(theirs)
    X, h = torch.randn(2, 3, dtype=dtype), torch.randn(2, 4, dtype=dtype)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(ours(X, h), theirs(X, h), rtol=0.02, atol=0.02)


def test_complex_numbers() -> None:
    theirs = nn.RNNCell(3, 4, dtype=torch.complex64)
    X, h = torch.randn(2, 3, dtype=torch.complex64), torch.randn(2, 4, dtype=torch.complex64)
    torch.testing.assert_close(RNNCell.from_torch(theirs)(X, h), theirs(X, h))


def test_empty_batch() -> None:
    assert RNNCell(3, 4)(torch.zeros(0, 3)).shape == nn.RNNCell(3, 4)(torch.zeros(0, 3)).shape


def test_a_custom_cell_overrides_step() -> None:
    """A layer unfolds its step; it cannot be converted to torch."""

    class LeakyCell(RNNCell):
        def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
            return 0.9 * h_previous + 0.1 * super().step(X_t, h_previous)

    rnn = RNN(3, 4, num_layers=2, cell=LeakyCell)
    [first, _] = rnn.cells
    X, h = torch.randn(1, 2, 3), torch.randn(2, 2, 4)
    _, h_n = rnn(X, h)
    expected = 0.9 * h[0] + 0.1 * torch.tanh(X[0] @ first.U + h[0] @ first.V + first.b)
    torch.testing.assert_close(h_n[0], expected)
    with pytest.raises(ValueError, match="has no LeakyCell"):
        first.to_torch()


def test_from_torch_rejects_other_modules() -> None:
    with pytest.raises(TypeError, match=r"module must be a torch.nn.RNNCell, got GRUCell"):
        RNNCell.from_torch(nn.GRUCell(3, 4))  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [RNNCell, LayerNormRNNCell])
@pytest.mark.parametrize("kind", ["weights", "hx", "V"])
def test_different_devices_are_rejected(cell: type[RNNCell], kind: str) -> None:
    """torch's product of the two would be uninitialized memory."""
    instance, X, hx = cell(3, 4), torch.randn(2, 3), torch.randn(2, 4)
    if kind == "weights":
        instance.to("meta")
    elif kind == "V":
        instance.V = nn.Parameter(instance.V.to("meta"))
    else:
        hx = hx.to("meta")
    with pytest.raises(RuntimeError, match="must be on the same device"):
        instance(X, hx)
    with pytest.raises(RuntimeError, match="must be on the same device"):
        instance.unfold(X[None], hx)


def test_torch_weight_names() -> None:
    theirs = nn.RNNCell(3, 4)
    ours = RNNCell.from_torch(theirs)
    assert torch.equal(ours.weight_ih, theirs.weight_ih)
    assert torch.equal(ours.weight_hh, theirs.weight_hh)
    assert ours.bias_ih is ours.b
    assert torch.equal(ours.bias_hh, torch.zeros(4))  # type: ignore[arg-type]
    nn.init.ones_(ours.weight_hh)
    assert ours.V.eq(1).all()
    without = RNNCell(3, 4, bias=False)
    assert without.bias_ih is without.bias_hh is None
