"""All engines compared with the NumPy reference, and in edge cases."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.autograd import forward_ad

from elman import reference
from elman.equations import NONLINEARITIES
from elman.layers import RNN
from elman.recurrence import ENGINES, preactivation_gradients, recurrence
from elman.recurrence.bptt import preactivation_gradients as preactivation_gradients_of_tensors
from elman.recurrence.unrolled import unrolled

engines = pytest.mark.parametrize("engine", ["auto", *ENGINES])
# engines that take any device and dtype
tensor_engines = pytest.mark.parametrize("engine", ["auto", "unrolled", "bptt"])
NAMES = ("X", "h_0", "U", "V", "b")


def arguments(
    T: int,
    B: int,
    I: int,
    H: int,
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str = "cpu",
) -> tuple[Tensor, ...]:
    """Random X, h_0, U, V and b, scaled such that a_t is of order 1."""
    generator = torch.Generator().manual_seed(seed)
    shapes = [(T, B, I), (B, H), (I, H), (H, H), (H,)]
    scales = [1, 1, I**-0.5, H**-0.5, 1]
    return tuple(
        (scale * torch.randn(shape, generator=generator, dtype=torch.float64))
        .to(device, dtype)
        .requires_grad_()
        for shape, scale in zip(shapes, scales, strict=True)
    )


def weights_of_cost(h: Tensor) -> Tensor:
    """∂C/∂h of the cost C = Σ dh · h that the tests differentiate."""
    generator = torch.Generator().manual_seed(1)
    return torch.randn(h.shape, generator=generator, dtype=torch.float64).to(h)


def states_and_gradients(x: tuple[Tensor, ...], f: str, engine: str) -> dict[str, Tensor]:
    h = recurrence(*x, NONLINEARITIES[f], engine=engine)
    gradients = torch.autograd.grad(h, x, weights_of_cost(h))
    return {"h": h.detach(), **dict(zip(NAMES, gradients, strict=True))}


def assert_equals_the_reference(found: dict[str, Tensor], x: tuple[Tensor, ...], f: str) -> None:
    arrays = [argument.detach().cpu().double().numpy() for argument in x]
    h = reference.recurrence(*arrays, f=f)
    dh = weights_of_cost(torch.from_numpy(h)).numpy()
    expected = {"h": h, **reference.bptt(dh, *arrays, f=f)._asdict()}
    for name, value in found.items():
        np.testing.assert_allclose(
            value.cpu(), expected[name], rtol=1e-12, atol=1e-12, err_msg=name
        )


@engines
@given(
    T=st.integers(1, 8),
    B=st.integers(1, 5),
    I=st.integers(1, 5),
    H=st.integers(1, 9),
    f=st.sampled_from(sorted(NONLINEARITIES)),
    seed=st.integers(0, 2**16),
)
def test_states_and_gradients_equal_the_reference(
    engine: str, T: int, B: int, I: int, H: int, f: str, seed: int
) -> None:
    x = arguments(T, B, I, H, seed)
    assert_equals_the_reference(states_and_gradients(x, f, engine), x, f)


@given(
    T=st.integers(0, 20),
    B=st.integers(0, 5),
    H=st.integers(1, 9),
    f=st.sampled_from(sorted(NONLINEARITIES)),
    seed=st.integers(0, 2**16),
)
def test_gradients_of_the_preactivations(T: int, B: int, H: int, f: str, seed: int) -> None:
    """∂C/∂a_t is the gradient of an input that is added to a_t."""
    X, h_0, _, V, b = arguments(T, B, H, H, seed)
    h = unrolled(X, h_0, torch.eye(H, dtype=X.dtype), V, b, NONLINEARITIES[f])
    dh = weights_of_cost(h)
    [expected] = torch.autograd.grad(h, X, dh)
    for function in (preactivation_gradients, preactivation_gradients_of_tensors):
        found = function(dh, h.detach(), V.detach(), NONLINEARITIES[f])
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@tensor_engines
@pytest.mark.parametrize("f", NONLINEARITIES)
def test_long_sequences_on_every_device(engine: str, f: str, device: torch.device) -> None:
    x = arguments(T=60, B=7, I=10, H=20, device=device)
    assert_equals_the_reference(states_and_gradients(x, f, engine), x, f)


@engines
def test_arguments_need_not_be_contiguous(engine: str) -> None:
    X, h_0, U, V, b = arguments(T=5, B=3, I=4, H=6)
    scattered = X.detach().transpose(0, 2).contiguous().transpose(0, 2).requires_grad_()
    expanded = h_0.detach()[:1].expand(3, 6).requires_grad_()
    V_T = V.detach().T.contiguous().T.requires_grad_()
    x = (scattered, expanded, U, V_T, b)
    assert_equals_the_reference(states_and_gradients(x, "tanh", engine), x, "tanh")


@engines
def test_a_cost_of_the_last_state_alone(engine: str) -> None:
    x = arguments(T=6, B=2, I=3, H=4)
    arrays = [argument.detach().numpy() for argument in x]
    dh = np.zeros((6, 2, 4))
    dh[-1] = 1
    expected = reference.bptt(dh, *arrays)
    gradients = torch.autograd.grad(recurrence(*x, engine=engine)[-1].sum(), x)
    for gradient, right in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, right, rtol=1e-12, atol=1e-12)


@engines
@pytest.mark.parametrize("needed", range(5))
def test_only_the_gradients_that_are_needed(engine: str, needed: int) -> None:
    x = arguments(T=4, B=2, I=3, H=5)
    expected = states_and_gradients(x, "tanh", "unrolled")[NAMES[needed]]
    constants = [argument.detach() for argument in x]
    constants[needed].requires_grad_()
    h = recurrence(*constants, engine=engine)
    h.backward(weights_of_cost(h))
    torch.testing.assert_close(constants[needed].grad, expected, rtol=1e-12, atol=1e-12)
    assert [c.grad is not None for c in constants] == [k == needed for k in range(5)]


@tensor_engines
@pytest.mark.parametrize("f", NONLINEARITIES)
@pytest.mark.parametrize("create_graph", [False, True])
def test_sequences_of_different_lengths(
    engine: str, f: str, create_graph: bool, device: torch.device
) -> None:
    lengths = [4, 0, 2, 6]
    x = X, h_0, *weights = arguments(T=6, B=4, I=3, H=5, device=device)
    padding_mask = (
        torch.arange(6, device=device)[:, None, None]
        >= torch.tensor(lengths, device=device)[:, None]
    )
    h = recurrence(*x, NONLINEARITIES[f], padding_mask, engine=engine)
    dh = weights_of_cost(h)  # at padding it must have no effect
    found = torch.autograd.grad(h, x, dh, create_graph=create_graph)

    single = [
        unrolled(X[:length, n : n + 1], h_0[n : n + 1], *weights, NONLINEARITIES[f])
        for n, length in enumerate(lengths)
    ]
    for n, length in enumerate(lengths):
        torch.testing.assert_close(h[:length, n : n + 1], single[n], rtol=1e-12, atol=1e-12)
        assert not h[length:, n].any()
    cost = sum((dh[:length, n] * single[n][:, 0]).sum() for n, length in enumerate(lengths))
    for gradient, expected in zip(found, torch.autograd.grad(cost, x), strict=True):
        torch.testing.assert_close(gradient, expected, rtol=1e-12, atol=1e-12)


@engines
def test_growing_states_stop_at_padding(engine: str) -> None:
    """With relu they would overflow at padding, and 0 · ∞ would make every gradient NaN."""
    X, h_0, U, _, b = arguments(T=1100, B=2, I=3, H=5)
    grows = (10 * torch.eye(5, dtype=torch.float64)).requires_grad_()
    padding_mask = torch.arange(1100)[:, None, None] >= torch.tensor([3, 5])[:, None]
    h = recurrence(X, h_0, U, grows, b, torch.relu, padding_mask, engine=engine)
    gradients = torch.autograd.grad(h.sum(), (X, h_0, U, grows, b))
    assert all(gradient.isfinite().all() for gradient in gradients)


@engines
@pytest.mark.parametrize("f", NONLINEARITIES)
def test_gradcheck_once_and_twice(engine: str, f: str) -> None:
    x = arguments(T=3, B=2, I=2, H=3)

    def compute(*x: Tensor) -> Tensor:
        return recurrence(*x, NONLINEARITIES[f], engine=engine)

    assert torch.autograd.gradcheck(compute, x)
    assert torch.autograd.gradgradcheck(compute, x)


@engines
def test_a_gradient_penalty_trains(engine: str) -> None:
    """The weights get second derivatives, too, if only some arguments need gradients."""
    X, h_0, U, V, b = arguments(T=4, B=2, I=3, H=5)
    h_0 = h_0.detach()

    def penalty(engine: str) -> tuple[Tensor, ...]:
        [dX] = torch.autograd.grad(
            recurrence(X, h_0, U, V, b, engine=engine).sum(), X, create_graph=True
        )
        return torch.autograd.grad((dX**2).sum(), (U, V, b))

    for found, expected in zip(penalty(engine), penalty("unrolled"), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


@tensor_engines
@pytest.mark.parametrize("f", ["tanh", "relu"])
def test_float32_is_as_accurate_as_torch(engine: str, f: str, device: torch.device) -> None:
    exact = arguments(T=50, B=16, I=20, H=64, device=device)
    rounded = tuple(a.detach().float().requires_grad_() for a in exact)
    exact = tuple(a.detach().double().requires_grad_() for a in rounded)  # the same numbers
    truth = states_and_gradients(exact, f, "unrolled")
    ours = states_and_gradients(rounded, f, engine)

    X, h_0, U, V, b = rounded
    layer = RNN(20, 64, nonlinearity=f, device=device)
    layer.load_state_dict({"cells.0.U": U, "cells.0.V": V, "cells.0.b": b})
    module: nn.RNN = layer.to_torch()
    h, _ = module(X, h_0[None])
    parameters = [module.weight_ih_l0, module.weight_hh_l0, module.bias_ih_l0]
    dX, dh_0, dU, dV, db = torch.autograd.grad(h, [X, h_0, *parameters], weights_of_cost(h))
    theirs = {"h": h, "X": dX, "h_0": dh_0, "U": dU.T, "V": dV.T, "b": db}

    for name, exact_value in truth.items():
        our_error = (ours[name] - exact_value).norm()
        their_error = (theirs[name] - exact_value).norm()
        assert our_error <= 2 * their_error, name


@tensor_engines
def test_bfloat16(engine: str, device: torch.device) -> None:
    x = arguments(T=5, B=3, I=4, H=6, dtype=torch.bfloat16, device=device)
    exact = tuple(a.detach().double().requires_grad_() for a in x)
    found = states_and_gradients(x, "tanh", engine)
    expected = states_and_gradients(exact, "tanh", "unrolled")
    for name, value in found.items():
        assert value.dtype == torch.bfloat16
        # 8 bits of mantissa, and sums of tens of terms
        torch.testing.assert_close(value.double(), expected[name], rtol=0.03, atol=0.03)


@tensor_engines
def test_autocast_computes_in_its_dtype(engine: str, device: torch.device) -> None:
    x = arguments(T=5, B=3, I=4, H=6, dtype=torch.float32, device=device)
    with torch.autocast(device.type, torch.bfloat16):
        h = recurrence(*x, engine=engine)
    assert h.dtype == torch.bfloat16
    gradients = torch.autograd.grad(h, x, torch.ones_like(h))
    assert {gradient.dtype for gradient in gradients} == {torch.float32}
    expected = recurrence(*(a.bfloat16() for a in x), engine=engine)
    assert torch.equal(h, expected)


@tensor_engines
def test_no_tensor_is_created_on_another_device(engine: str) -> None:
    """On the meta device, a tensor of another device would raise an error."""
    x = tuple(a.detach().to("meta").requires_grad_() for a in arguments(T=4, B=2, I=3, H=5))
    h = recurrence(*x, engine=engine)
    assert h.device.type == "meta"
    assert h.shape == (4, 2, 5)
    gradients = torch.autograd.grad(h, x, torch.empty_like(h), create_graph=True)
    assert [g.shape for g in gradients] == [a.shape for a in x]


@engines
def test_empty_batch(engine: str) -> None:
    found = states_and_gradients(arguments(T=3, B=0, I=3, H=5), "tanh", engine)
    assert found["h"].shape == (3, 0, 5)
    assert torch.equal(found["V"], torch.zeros(5, 5, dtype=torch.float64))


@engines
@pytest.mark.parametrize("create_graph", [False, True])
def test_no_time_steps(engine: str, create_graph: bool) -> None:
    x = arguments(T=0, B=2, I=3, H=5)
    h = recurrence(*x, engine=engine)
    assert h.shape == (0, 2, 5)
    gradients = torch.autograd.grad(h.sum(), x, create_graph=create_graph, materialize_grads=True)
    for gradient, argument in zip(gradients, x, strict=True):
        assert torch.equal(gradient, torch.zeros_like(argument))


@engines
def test_autocast_does_not_change_float64(engine: str) -> None:
    x = arguments(T=5, B=3, I=4, H=6)
    with torch.autocast("cpu", torch.bfloat16):
        h = recurrence(*x, engine=engine)
    assert torch.equal(h, recurrence(*x, engine=engine))


def test_auto_takes_any_elementwise_function() -> None:
    x = arguments(T=4, B=2, I=3, H=5)
    h = recurrence(*x, torch.nn.functional.softsign, engine="auto")
    assert torch.equal(h, recurrence(*x, torch.nn.functional.softsign, engine="unrolled"))


def test_auto_works_under_function_transforms() -> None:
    X, h_0, U, V, b = (a.detach() for a in arguments(T=4, B=2, I=3, H=5))
    Vs = torch.stack([V, 2 * V])
    ensemble = torch.vmap(lambda V: recurrence(X, h_0, U, V, b))(Vs)
    torch.testing.assert_close(ensemble[1], recurrence(X, h_0, U, 2 * V, b))


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")  # from torch itself
def test_auto_works_in_forward_mode_differentiation() -> None:
    X, h_0, U, V, b = (a.detach() for a in arguments(T=4, B=2, I=3, H=5))
    tangent = torch.randn_like(V)
    with forward_ad.dual_level():
        dual = recurrence(X, h_0, U, forward_ad.make_dual(V, tangent), b)
        slope = forward_ad.unpack_dual(dual).tangent
    step = 1e-6
    above, below = (recurrence(X, h_0, U, V + e * tangent, b) for e in (step, -step))
    torch.testing.assert_close(slope, (above - below) / (2 * step), rtol=1e-6, atol=1e-8)


def test_auto_works_for_batched_gradients() -> None:
    x = arguments(T=4, B=2, I=3, H=5)
    h = recurrence(*x)
    dh = torch.randn(3, *h.shape, dtype=torch.float64)
    many = torch.autograd.grad(h, x, dh, is_grads_batched=True, retain_graph=True)
    for k in range(3):
        one = torch.autograd.grad(h, x, dh[k], retain_graph=True)
        for gradients, gradient in zip(many, one, strict=True):
            torch.testing.assert_close(gradients[k], gradient, rtol=1e-12, atol=1e-12)


def test_auto_takes_a_callable_that_is_not_hashable() -> None:
    @dataclass
    class Leaky:
        slope: float

        def __call__(self, a: Tensor) -> Tensor:
            return torch.where(a > 0, a, self.slope * a)

    x = arguments(T=4, B=2, I=3, H=5)
    torch.testing.assert_close(recurrence(*x, Leaky(0.0)), recurrence(*x, torch.relu))


def test_the_error_of_bptt_names_the_engine_that_takes_any_function() -> None:
    x = arguments(T=1, B=1, I=1, H=1)
    with pytest.raises(ValueError, match="engine 'unrolled' takes any"):
        recurrence(*x, torch.nn.functional.softsign, engine="bptt")


def test_an_unknown_engine() -> None:
    x = arguments(T=1, B=1, I=1, H=1)
    with pytest.raises(ValueError, match=r"engine must be one of auto, .* compiled, got 'btpt'"):
        recurrence(*x, engine="btpt")  # type: ignore[arg-type]


def test_your_own_engine_is_a_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled(*arguments: Tensor) -> Tensor:
        return 2 * ENGINES["unrolled"](*arguments)

    monkeypatch.setitem(ENGINES, "doubled", doubled)
    rnn = RNN(3, 4, engine="doubled")
    X = torch.randn(5, 2, 3)
    output, _ = rnn(X)
    rnn.engine = "unrolled"
    torch.testing.assert_close(output, 2 * rnn(X)[0])
    with pytest.raises(ValueError, match="engine must be one of auto, unrolled, bptt, compiled, d"):
        RNN(3, 4, engine="other")
