"""Hooks and overridden methods of a cell take effect when a layer unfolds it."""

import functools
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.utils import parametrize, prune, spectral_norm, weight_norm

from elman import RNN, LayerNormRNNCell, RNNCell, VariationalRNNCell

X = torch.randn(5, 2, 3, generator=torch.Generator().manual_seed(0))
cells = pytest.mark.parametrize(
    "cell",
    [RNNCell, LayerNormRNNCell, functools.partial(VariationalRNNCell, dropout=0.0)],
    ids=["plain", "layer norm", "variational"],
)
# from torch, about deprecated functions that compute a weight with a hook
pytestmark = pytest.mark.filterwarnings("ignore:.*weight_norm.*is deprecated:FutureWarning")


def unfolded(cell: RNNCell, X: Tensor) -> Tensor:
    """Unfolds the cell with a plain loop."""
    h = torch.zeros(X.shape[1], cell.hidden_size)
    return torch.stack([h := cell(X_t, h) for X_t in X])


@cells
def test_pruned_weights_are_zero_in_every_pass(cell: Callable[..., RNNCell]) -> None:
    rnn = RNN(3, 4, cell=cell)
    prune.l1_unstructured(rnn.cells[0], "V", amount=0.5)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        rnn.cells[0].V_orig.mul_(2)  # type: ignore[operator]
    output = rnn(X)[0]
    V, mask = rnn.cells[0].V_orig, rnn.cells[0].V_mask
    assert torch.equal(rnn.V, V * mask)
    torch.testing.assert_close(output, unfolded(rnn.cells[0], X))
    output.sum().backward()
    assert V.grad[mask == 0].eq(0).all()
    assert V.grad[mask == 1].ne(0).all()


@cells
@pytest.mark.parametrize("normalize", [weight_norm, spectral_norm])
def test_a_normalized_weight_can_be_trained(
    cell: Callable[..., RNNCell], normalize: Callable[..., nn.Module]
) -> None:
    torch.manual_seed(0)
    rnn = RNN(3, 4, cell=cell)
    normalize(rnn.cells[0], "V")
    optimizer = torch.optim.SGD(rnn.parameters(), lr=0.01)
    costs = []
    for _ in range(20):
        optimizer.zero_grad()
        cost = rnn(X)[0].square().sum()
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    assert costs[-1] < 0.99 * costs[0]
    with pytest.raises(ValueError, match=r"V is computed by a hook|has no"):
        rnn.to_torch()


class Doubled(nn.Module):
    """A parametrization that counts its calls."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def forward(self, W: Tensor) -> Tensor:
        self.times += 1
        return 2 * W


@cells
@pytest.mark.parametrize("weight", ["U", "V", "b"])
def test_a_parametrization_is_computed_once_per_pass(
    cell: Callable[..., RNNCell], weight: str
) -> None:
    rnn, doubled = RNN(3, 4, cell=cell), Doubled()
    parametrize.register_parametrization(rnn.cells[0], weight, doubled)
    doubled.times = 0
    output = rnn(X)[0]
    assert doubled.times == 1
    rnn.cells[0](X[0])
    assert doubled.times == 2
    torch.testing.assert_close(output, unfolded(rnn.cells[0], X))
    output.sum().backward()
    assert rnn.cells[0].parametrizations[weight].original.grad.any()  # type: ignore[index, union-attr]


def test_a_parametrization_with_recompute() -> None:
    rnn, plain = RNN(3, 4, recompute=2), RNN(3, 4)
    plain.load_state_dict(rnn.state_dict())
    for layer in (rnn, plain):
        parametrize.register_parametrization(layer.cells[0], "V", Doubled())
        layer(X)[0].sum().backward()
    weights = [layer.cells[0].parametrizations.V.original for layer in (rnn, plain)]  # type: ignore[union-attr]
    torch.testing.assert_close(weights[0].grad, weights[1].grad)


@cells
@pytest.mark.parametrize("T", [1, 5])
def test_hooks_get_all_time_steps_at_once(cell: Callable[..., RNNCell], T: int) -> None:
    rnn = RNN(3, 4, num_layers=2, bidirectional=True, cell=cell)
    shapes: list[list[torch.Size]] = []
    for each in rnn.cells:
        each.register_forward_hook(
            lambda _, given, h: shapes.append([x.shape for x in (*given, h)])
        )
    rnn(X[:T])
    first = [(T, 2, 3), (2, 4), (T, 2, 4)]
    assert shapes == [first, first, *[[(T, 2, 8), *first[1:]]] * 2]


@pytest.mark.parametrize("call", [RNN.forward, RNN.states, RNN.final_state])
@pytest.mark.parametrize("on_layer", [True, False])
def test_hooks_may_change_inputs_and_outputs(call: Callable[..., Any], on_layer: bool) -> None:
    """For every method; `forward` by a call of the module."""
    rnn = RNN(3, 4)
    function = rnn if call is RNN.forward else functools.partial(call, rnn)
    doubled_in = function(2 * X)
    module = rnn if on_layer else rnn.cells[0]
    module.register_forward_pre_hook(lambda _, given: (2 * given[0], *given[1:]))
    torch.testing.assert_close(function(X), doubled_in)
    module.register_forward_hook(
        lambda _, __, out: (out[0] + 1, out[1] + 1) if on_layer else out + 1
    )
    expected = [x + 1 for x in doubled_in]
    torch.testing.assert_close(list(function(X)), expected)


def test_per_example_gradients_with_hooks_as_in_opacus() -> None:
    rnn = RNN(3, 4)
    [cell] = rnn.cells
    seen: dict[str, tuple[Tensor, ...]] = {}
    hooks = [
        cell.register_forward_hook(lambda _, given, __: seen.update(given=given)),
        cell.register_full_backward_hook(lambda _, __, dh: seen.update(dh=dh)),
    ]
    output, _ = rnn(X.clone().requires_grad_(), torch.randn(1, 2, 4))
    output.square().sum().backward()
    for hook in hooks:
        hook.remove()

    def cost(weights: dict[str, Tensor], X: Tensor, h_0: Tensor, dh: Tensor) -> Tensor:
        h = functional_call(cell, weights, (X[:, None], h_0[None]), {"engine": "unrolled"})
        return (h[:, 0] * dh).sum()

    each = vmap(grad(cost), (None, 1, 0, 1))(
        {name: weight.detach() for name, weight in cell.named_parameters()},
        *(x.detach() for x in seen["given"]),
        *seen["dh"],
    )
    for name, weight in cell.named_parameters():
        torch.testing.assert_close(each[name].sum(0), weight.grad)


def test_gradient_of_an_activation_replaced_by_a_hook_as_in_captum() -> None:
    rnn = RNN(3, 4, num_layers=2)
    states: list[Tensor] = []

    def replace(_: nn.Module, __: Any, h: Tensor) -> Tensor:
        states.append(h.detach().requires_grad_())
        return states[-1]

    rnn.cells[0].register_forward_hook(replace)
    rnn(X)[0].sum().backward()
    upper = RNN(4, 4)
    upper.cells[0].load_state_dict(rnn.cells[1].state_dict())
    [expected] = torch.autograd.grad(upper(states[0])[0].sum(), states[0])
    torch.testing.assert_close(states[0].grad, expected)


class Halved(RNNCell):
    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:  # type: ignore[override]
        return 0.5 * super().forward(input, hx)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_an_overridden_forward_is_called_at_every_time_step(bidirectional: bool) -> None:
    rnn = RNN(3, 4, cell=Halved, bidirectional=bidirectional)
    output = rnn(X)[0][..., :4]
    torch.testing.assert_close(output, unfolded(rnn.cells[0], X))
    torch.testing.assert_close(rnn(X[:1])[0][..., :4], output[:1])
    padded = rnn(X, lengths=torch.tensor([2, 5]))[0][..., :4]
    torch.testing.assert_close(padded[:2], output[:2])
    assert not padded[2:, 0].any()
    with pytest.raises(ValueError, match="has no Halved, which overrides forward"):
        rnn.to_torch()
    with pytest.raises(ValueError, match="auto or unrolled for Halved, which overrides forward"):
        RNN(3, 4, cell=Halved, engine="bptt")(X)


def test_a_step_or_a_forward_set_on_one_cell_takes_effect() -> None:
    rnn = RNN(3, 4)
    rnn.cells[0].step = lambda X_t, h: h + X_t.sum()  # type: ignore[method-assign]
    expected = X.sum((1, 2)).cumsum(0)[:, None, None].expand(5, 2, 4)
    torch.testing.assert_close(rnn(X)[0], expected)
    with pytest.raises(ValueError, match="has no RNNCell, which overrides step"):
        rnn.to_torch()

    rnn = RNN(3, 4)
    rnn.cells[0].forward = lambda _, h: h + 1  # type: ignore[method-assign, misc, assignment]
    assert torch.equal(rnn(X)[0][:, 0, 0], torch.arange(1.0, 6))


def test_a_forward_wrapped_as_in_accelerate_is_called_once() -> None:
    rnn = RNN(3, 4)
    expected = rnn(X)[0]
    [cell] = rnn.cells
    before, calls = cell.forward, []

    def load_and_compute(*args: Any, **kwargs: Any) -> Tensor:
        calls.append(cell.U.device.type)
        cell.to_empty(device="cpu").load_state_dict(weights)
        return before(*args, **kwargs)

    weights = {name: weight.clone() for name, weight in cell.state_dict().items()}
    cell.to("meta").forward = functools.update_wrapper(load_and_compute, before)  # type: ignore[method-assign]
    assert torch.equal(rnn(X)[0], expected)
    assert calls == ["meta"]


def test_overriding_both_unfold_and_forward_requires_engine() -> None:
    class Both(VariationalRNNCell):
        def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:  # type: ignore[override]
            return super().forward(input, hx)

    rnn = RNN(3, 4, cell=functools.partial(Both, dropout=0.5))
    with pytest.raises(TypeError, match="Both overrides both unfold and forward: let forward"):
        rnn(X)


@pytest.mark.parametrize("width", [1, 5])
def test_a_step_that_returns_another_width_is_rejected(width: int) -> None:
    class Wrong(RNNCell):
        def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
            return super().step(X_t, h_previous).sum(1, keepdim=True).expand(-1, width)

    with pytest.raises(RuntimeError, match=rf"h_t of shape \(2, 4\), got \(2, {width}\)"):
        RNN(3, 4, cell=Wrong)(X)


def test_the_forward_of_a_subclass_is_called_once_with_a_packed_sequence() -> None:
    calls = []

    class Counting(RNN):
        def forward(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
            calls.append(args)
            return super().forward(*args, **kwargs)

    Counting(3, 4)(nn.utils.rnn.pack_sequence([X[:, 0], X[:3, 1]]))
    assert len(calls) == 1


@pytest.mark.parametrize("cell", [RNNCell, LayerNormRNNCell])
def test_a_hooked_weight_follows_the_dtype(cell: Callable[..., RNNCell]) -> None:
    """The attribute keeps the previous dtype until the hook runs."""
    rnn = RNN(3, 4, cell=cell)
    prune.l1_unstructured(rnn.cells[0], "U", amount=0.5)  # type: ignore[no-untyped-call]
    rnn.double()
    assert rnn(X.double())[0].dtype == torch.float64
    assert rnn.cells[0](X[0].double()).dtype == torch.float64


def test_threads_do_not_share_computed_weights() -> None:
    rnn = RNN(3, 4, cell=LayerNormRNNCell)
    parametrize.register_parametrization(rnn.cells[0], "V", Doubled())

    def infer() -> None:
        with torch.no_grad():
            for _ in range(50):
                rnn(X)

    threads = [threading.Thread(target=infer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        rnn.zero_grad()
        rnn(X)[0].sum().backward()
        assert all(weight.grad is not None for weight in rnn.parameters())
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("other", [nn.RNNCell(3, 4), nn.Sequential(RNNCell(3, 4))])
def test_a_cell_that_is_not_an_rnn_cell_is_rejected(other: nn.Module) -> None:
    rnn = RNN(3, 4)
    rnn.cells[0] = other  # type: ignore[index]
    with pytest.raises((TypeError, AttributeError), match=r"must be RNNCells|'dtype'"):
        rnn(X)


@pytest.mark.parametrize("kind", ["hook", "unfold", "forward"])
def test_recompute_rejects_hooks_and_overridden_methods(kind: str) -> None:
    rnn = RNN(3, 4, recompute=2)
    [cell] = rnn.cells
    if kind == "hook":
        cell.register_forward_hook(lambda *_: None)
    elif kind == "unfold":
        cell.unfold = lambda X, *_: X.cumsum(0)  # type: ignore[method-assign, misc, assignment]
    else:
        cell.forward = lambda X, *_, padding_mask, engine: X.cumsum(0)  # type: ignore[method-assign, assignment]  # noqa: ARG005
    with pytest.raises(ValueError, match="recompute must be None for RNNCell"):
        rnn(X)
    with torch.no_grad():  # without segments
        rnn(X)


def test_overridden_weights_cannot_be_converted_to_torch() -> None:
    class Negative(RNNCell):
        def weights(self) -> tuple[Tensor, Tensor, Tensor]:
            U, V, b = super().weights()
            return U, -V, b

    rnn = RNN(3, 4, cell=Negative)
    torch.testing.assert_close(rnn(X)[0], unfolded(rnn.cells[0], X))
    with pytest.raises(ValueError, match="has no Negative, which overrides weights"):
        rnn.to_torch()
