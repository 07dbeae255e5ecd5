import copy
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import elman
from elman import memory
from elman.inspection.gradient_flow import (
    GradientFlow,
    flow,
    gradient_flow,
    memory_length,
    underflow,
    weight_shares,
)
from elman.inspection.gradient_flow.flow import norm
from elman.layers.lengths import make_padding_mask
from elman.networks import EncoderDecoder, LanguageModel, SequenceClassifier
from elman.reference.nonlinearities import DERIVATIVES
from elman.reference.readout import cross_entropy_gradient
from elman.reference.recurrence import bptt, recurrence

close = partial(torch.testing.assert_close, rtol=1e-10, atol=1e-14)


class LeakyCell(elman.RNNCell):
    """`h_t = (h_{t−1} + f(a_t)) / 2`."""

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        return (h_previous + super().step(X_t, h_previous)) / 2


class TwiceCell(elman.RNNCell):
    """A cell with another `forward`, which a layer calls at every time step."""

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:  # type: ignore[override]
        return self.step(input, self.step(input, torch.zeros_like(input) if hx is None else hx))


CELLS: list[Callable[..., elman.RNNCell]] = [
    elman.RNNCell,
    elman.LayerNormRNNCell,
    partial(elman.VariationalRNNCell, dropout=0.4),
    LeakyCell,
    TwiceCell,
]


def last_layer_costs(output: tuple[Tensor, Tensor]) -> Tensor:
    """`C_s = Σ_k w_k tanh(h_sk)` of each time step and sequence, `(T, B)`."""
    h, _ = output
    w = torch.linspace(-1, 2, h.shape[-1], dtype=h.dtype)
    return (w * h.tanh()).sum(-1) / len(h)


def looped(rnn: elman.RNN, X: Tensor, lengths: Tensor) -> tuple[list[list[Tensor]], Tensor]:
    """The slide's loop over layers, directions, sequences and time: every h_t, and the output.

    The states are in the order of time: `states[k][t]` is `(B, H)`; zero at padding.
    """
    T, B, _ = X.shape
    D = rnn.num_directions
    states: list[list[Tensor]] = []
    inputs = list(X)
    for layer in range(rnn.num_layers):
        directions = []
        for d in range(D):
            cell = rnn.cells[D * layer + d]
            h = torch.zeros(B, rnn.hidden_size, dtype=X.dtype)
            of_cell: list[Tensor] = [h] * T
            order = range(T) if d == 0 else reversed(range(T))
            for t in order:
                active = (t < lengths).unsqueeze(1)
                h_t = torch.where(active, cell(inputs[t], h), 0)
                h = torch.where(active, h_t, h)
                of_cell[t] = h_t
            states.append(of_cell)
            directions.append(of_cell)
        inputs = [torch.cat(both, -1) for both in zip(*directions, strict=True)]
    return states, torch.stack(inputs)


def brute_force(states: list[list[Tensor]], costs: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
    """‖∂C_s/∂h_t‖, ∂C/∂h_t and ∂C_t/∂h_t of each cell, by a backward pass for each single cost."""
    results = []
    for of_cell in states:
        rows = []
        for C_s in costs.sum(1):
            gradients = torch.autograd.grad(
                C_s, of_cell, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            rows.append(torch.stack(gradients))
        single = torch.stack(rows)  # (S, T, B, H)
        own = torch.stack([single[t, t] for t in range(len(of_cell))])
        results.append((single.norm(dim=-1), single.sum(0), own))
    return results


@given(
    T=st.integers(2, 6),
    B=st.integers(1, 3),
    H=st.integers(1, 4),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    nonlinearity=st.sampled_from(["tanh", "relu", "sigmoid"]),
    cell=st.sampled_from(CELLS),
    chunk=st.sampled_from([None, 1, 2, 100]),
    packed=st.booleans(),
    data=st.data(),
)
def test_every_gradient_is_that_of_brute_force(
    T: int,
    B: int,
    H: int,
    num_layers: int,
    bidirectional: bool,
    nonlinearity: str,
    cell: Callable[..., elman.RNNCell],
    chunk: int | None,
    packed: bool,
    data: st.DataObject,
) -> None:
    lengths = torch.tensor(data.draw(st.lists(st.integers(1, T), min_size=B, max_size=B)))
    lengths[0] = T
    padding = make_padding_mask(lengths, T).squeeze(2)
    torch.manual_seed(0)
    I = H  # TwiceCell needs it
    rnn = elman.RNN(
        I, H, num_layers, nonlinearity, bidirectional=bidirectional, cell=cell, dtype=torch.float64
    )
    X = torch.randn(T, B, I, dtype=torch.float64)
    if packed:
        inputs: Any = pack_padded_sequence(X, lengths, enforce_sorted=False)

    else:
        inputs = X, None, lengths

    def costs(output: Any) -> Tensor:
        h = pad_packed_sequence(output[0])[0] if packed else output[0]
        return last_layer_costs((h, h)).masked_fill(padding, 0)

    found = gradient_flow(rnn, inputs, costs, chunk=chunk)

    states, output = looped(rnn.eval(), X, lengths)  # without the masks of dropout
    step_costs = last_layer_costs((output, output)).masked_fill(padding, 0)
    close(found.costs, step_costs.detach())
    for cell_flow, of_cell, (G, gradient, own) in zip(
        found.cells, states, brute_force(states, step_costs), strict=True
    ):
        close(cell_flow.h, torch.stack(of_cell).detach())
        close(cell_flow.G, G)
        close(cell_flow.gradient, gradient)
        close(cell_flow.own, own)
        close(cell_flow.backpropagated, gradient)
        assert torch.equal(cell_flow.padding, padding)
        recorded = rnn.get_submodule(cell_flow.name)
        h = torch.stack([recorded(*x) for x in zip(cell_flow.X, cell_flow.h_previous, strict=True)])
        close(h.masked_fill(padding.unsqueeze(2), 0).detach(), cell_flow.h)
        assert cell_flow.plain == (cell is elman.RNNCell or isinstance(cell, partial))
    names = [f"cells.{k}" for k in range(len(states))]
    assert [cell_flow.name for cell_flow in found.cells] == names


@pytest.mark.parametrize("f", ["tanh", "relu", "sigmoid"])
def test_the_rows_are_those_of_the_reference(f: str) -> None:
    T, B, I, H, K = 7, 3, 2, 5, 4
    torch.manual_seed(1)
    rnn, W = elman.RNN(I, H, nonlinearity=f, dtype=torch.float64), torch.randn(K, H).double()
    X, y = torch.randn(T, B, I, dtype=torch.float64), torch.randint(K, (T, B))

    def step_costs(output: Any) -> Tensor:
        O = output[0] @ W.T
        costs = nn.functional.cross_entropy(O.flatten(0, 1), y.flatten(), reduction="none")
        return costs.view(T, B) / (T * B)

    (found,) = gradient_flow(rnn, X, step_costs).cells

    U, V, b = (weight.detach().numpy() for weight in rnn.cells[0].weights())
    h = recurrence(X.numpy(), np.zeros((B, H)), U, V, b, f)
    dO = cross_entropy_gradient(h @ W.numpy().T, y.numpy()) / (T * B)
    dh_own = dO @ W.numpy()
    total = np.zeros((T, B, H))
    for s in range(T):
        for t in range(T):
            # ∂C_s/∂h_t is the gradient of the initial state of a network that starts after t
            own = np.zeros((T, B, H))
            own[s] = dh_own[s]
            if s < t:
                dh = np.zeros((B, H))
            elif s == t:
                dh = dh_own[s]
            else:
                dh = bptt(own[t + 1 :], X.numpy()[t + 1 :], h[t], U, V, b, f).h_0
            np.testing.assert_allclose(
                found.G[s, t], np.linalg.norm(dh, axis=-1), rtol=1e-10, atol=1e-15
            )
            total[t] += dh
    np.testing.assert_allclose(found.gradient, total, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(found.backpropagated, total, rtol=1e-10, atol=1e-15)
    assert found.slope is not None
    a = X.numpy() @ U + np.concatenate([np.zeros((1, B, H)), h[:-1]]) @ V + b
    np.testing.assert_allclose(found.slope, DERIVATIVES[f](a), rtol=1e-10, atol=1e-15)


def test_every_device_gives_the_same(device: torch.device) -> None:
    torch.manual_seed(0)
    network, x = LanguageModel(7, 3, 4, partial(nn.RNN, num_layers=2)), torch.randint(7, (5, 2))
    expected = gradient_flow(network, x, lambda output: output[0].logsumexp(-1))
    found = gradient_flow(network.to(device), x.to(device), lambda output: output[0].logsumexp(-1))
    for on_cpu, on_device in zip(expected.cells, found.cells, strict=True):
        assert on_device.G.device.type == device.type
        close(on_device.G.cpu(), on_cpu.G)
        close(memory_length(on_device).cpu(), memory_length(on_cpu))
        close(weight_shares(on_device).V.along.cpu(), weight_shares(on_cpu).V.along)
        assert torch.equal(underflow(on_device).zero.cpu(), underflow(on_cpu).zero)


def test_no_cost_depends_on_a_later_state() -> None:
    rnn = elman.RNN(3, 4, num_layers=2)
    for cell in gradient_flow(rnn, torch.randn(6, 2, 3), last_layer_costs).cells:
        s, t = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
        assert (cell.G[s < t] == 0).all()
        assert (cell.G[s >= t] > 0).all()


def test_a_backward_direction_mirrors_it() -> None:
    rnn = elman.RNN(3, 4, bidirectional=True)
    forward, backward = gradient_flow(rnn, torch.randn(6, 2, 3), last_layer_costs).cells
    s, t = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
    assert (forward.G[s < t] == 0).all()
    assert (backward.G[s > t] == 0).all()
    assert (backward.G[s <= t] > 0).all()


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_layer_of_torch_gives_the_same_as_ours(nonlinearity: str, bidirectional: bool) -> None:
    torch.manual_seed(2)
    theirs = nn.RNN(3, 4, 2, nonlinearity, bidirectional=bidirectional, batch_first=True)
    X = torch.randn(2, 6, 3)

    def costs(output: Any) -> Tensor:
        return last_layer_costs((output[0].transpose(0, 1), output[1]))

    ours = gradient_flow(elman.RNN.from_torch(theirs), X, costs)
    found = gradient_flow(theirs, X, costs)
    inside = gradient_flow(nn.Sequential(theirs), X, costs)
    for a, b, c in zip(ours.cells, found.cells, inside.cells, strict=True):
        assert torch.equal(a.G, b.G)
        assert torch.equal(a.G, c.G)

    assert inside.cells[0].name == "0.cells.0"
    C = costs(theirs.double()(X.double())).sum()
    assert found.costs.sum().item() == pytest.approx(C.item(), rel=1e-12)


def test_a_cell_that_a_network_calls_step_by_step() -> None:
    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.RNNCell(3, 4)

        def forward(self, X: Tensor) -> Tensor:
            h = torch.zeros(X.shape[1], 4, dtype=X.dtype)
            states = []
            for X_t in X:
                h = self.cell(X_t, h)
                states.append(h)
            return torch.stack(states)

    torch.manual_seed(0)
    network, X = Network(), torch.randn(5, 2, 3)
    rnn = elman.RNN(3, 4)
    rnn.cells[0].load_state_dict(elman.RNNCell.from_torch(network.cell).state_dict())
    (expected,) = gradient_flow(rnn, X, last_layer_costs).cells
    (found,) = gradient_flow(network, X, lambda h: last_layer_costs((h, h))).cells
    assert found.name == "cell"
    close(found.G, expected.G)
    close(found.h, expected.h)


def test_several_recurrent_layers_of_one_network() -> None:
    torch.manual_seed(0)
    network = EncoderDecoder(9, 4, 5, elman.RNN, attention_size=3)
    x, y = torch.randint(9, (6, 2)), torch.randint(9, (4, 2))
    lengths = torch.tensor([6, 4])
    found = gradient_flow(
        network, (x, lengths, y), lambda O: O.log_softmax(-1)[..., 0] / O[..., 0].numel()
    )
    cells = {cell.name: cell for cell in found.cells}
    assert set(cells) == {"decoder.cells.0", "encoder.cells.0", "encoder.cells.1"}
    assert cells["decoder.cells.0"].G.shape == (4, 4, 2)
    for name in ("encoder.cells.0", "encoder.cells.1"):
        G = cells[name].G
        assert G.shape == (4, 6, 2)
        assert (G[:, 4:, 1] == 0).all()  # padding
        assert (G[:, :4] > 0).all()
    assert (cells["decoder.cells.0"].G[0, 1:] == 0).all()


def test_a_stack_and_a_decoder_that_steps() -> None:
    class Stepping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stack = elman.RNNStack(elman.RNN(3, 4), elman.RNN(4, 5, nonlinearity="relu"))

        def forward(self, X: Tensor, steps: bool) -> Tensor:
            if not steps:
                return self.stack(X)[0]
            h, outputs = None, []
            for X_t in X.split(1):
                O_t, h = self.stack(X_t, h)
                outputs.append(O_t)
            return torch.cat(outputs)

    torch.manual_seed(0)
    network, X = Stepping(), torch.randn(5, 2, 3)
    at_once, stepping = (
        gradient_flow(network, (X, steps), lambda h: last_layer_costs((h, h)))
        for steps in (False, True)
    )
    for a, b in zip(at_once.cells, stepping.cells, strict=True):
        assert a.name == b.name
        close(a.G, b.G)
        close(a.gradient, b.gradient)


def test_a_cost_that_exists_once() -> None:
    torch.manual_seed(0)
    network = SequenceClassifier(3, 4, 2, elman.RNN)
    X, y = torch.randn(5, 2, 3), torch.tensor([0, 1])
    found = gradient_flow(network, X, lambda O: nn.functional.cross_entropy(O, y).unsqueeze(0))
    assert found.costs.shape == (1, 1)
    (cell,) = found.cells
    assert cell.G.shape == (1, 5, 2)
    close(cell.G[0], cell.backpropagated.norm(dim=-1))


class Floor(torch.autograd.Function):
    """Passes the gradient through; torch cannot batch such a function."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:  # noqa: ARG004
        return torch.from_numpy(gradient.numpy().copy())


def test_an_operation_that_cannot_be_batched() -> None:
    torch.manual_seed(0)
    rnn, X = elman.RNN(3, 4), torch.randn(5, 2, 3)
    expected = gradient_flow(rnn, X, last_layer_costs)
    found = gradient_flow(rnn, X, lambda output: Floor.apply(last_layer_costs(output)))
    assert torch.equal(expected.cells[0].G, found.cells[0].G)
    assert torch.equal(expected.cells[0].gradient, found.cells[0].gradient)


def test_nothing_changes() -> None:
    torch.manual_seed(0)
    network = LanguageModel(7, 3, 4, partial(nn.RNN, num_layers=2, dropout=0.5))
    network.register_buffer("calls", torch.zeros(1))
    x = torch.randint(7, (5, 2))
    O, _ = network(x)
    O.sum().backward()
    calls: list[int] = []
    network.register_forward_hook(lambda *_: calls.append(1))
    modes = [module.training for module in network.modules()]
    network.embedding.weight.requires_grad_(False)
    flags = [weight.requires_grad for weight in network.parameters()]
    state = copy.deepcopy(network.state_dict())
    gradients = [weight.grad.clone() for weight in network.parameters()]  # type: ignore[union-attr]
    rng = torch.get_rng_state(), random.getstate()
    hooks = dict(network._forward_hooks)

    gradient_flow(network, x, lambda output: output[0].logsumexp(-1))

    assert torch.equal(rng[0], torch.get_rng_state())
    assert rng[1] == random.getstate()
    assert [module.training for module in network.modules()] == modes
    assert [weight.requires_grad for weight in network.parameters()] == flags
    assert all(weight.dtype == torch.float32 for weight in network.parameters())
    for name, value in network.state_dict().items():
        assert torch.equal(value, state[name])
    for weight, gradient in zip(network.parameters(), gradients, strict=True):
        assert torch.equal(weight.grad, gradient)  # type: ignore[arg-type]
    assert network._forward_hooks == hooks
    assert isinstance(network.rnn, nn.RNN)


def test_in_inference_mode_and_with_frozen_weights() -> None:
    torch.manual_seed(0)
    rnn, X = elman.RNN(3, 4), torch.randn(5, 2, 3)
    expected = gradient_flow(rnn, X, last_layer_costs)
    rnn.requires_grad_(False)
    with torch.inference_mode():
        found = gradient_flow(rnn, X.clone(), last_layer_costs)
    assert torch.equal(found.cells[0].G, expected.cells[0].G)
    assert not found.cells[0].G.is_inference()


def test_gradients_far_below_the_square_root_of_the_smallest_number() -> None:
    rnn = elman.RNN(1, 2, bias=False, dtype=torch.float64)
    nn.init.eye_(rnn.V).data.mul_(1e-5)
    nn.init.zeros_(rnn.U)
    found = gradient_flow(rnn, torch.zeros(60, 1, 1), lambda output: output[0].sum(-1))
    lags = torch.arange(60, dtype=torch.float64)
    expected = 2**0.5 * 10 ** (-5 * lags)
    close(found.cells[0].G[-1, :, 0].flip(0), expected, atol=0)  # down to 1e-295


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=5))
def test_norm(values: list[float]) -> None:
    x = torch.tensor(values, dtype=torch.float64)
    assert norm(x).item() == pytest.approx(np.linalg.norm(values), rel=1e-14)


def test_a_layer_that_saves_memory() -> None:
    torch.manual_seed(0)
    rnn, X = elman.RNN(3, 4, recompute=2), torch.randn(5, 2, 3)
    found = gradient_flow(rnn, X, last_layer_costs)
    assert rnn.recompute == 2
    rnn.recompute = None
    expected = gradient_flow(rnn, X, last_layer_costs)
    assert torch.equal(found.cells[0].G, expected.cells[0].G)


def test_a_randomly_truncated_cell_is_the_plain_one() -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(3, 4, cell=partial(elman.RandomlyTruncatedRNNCell, p=0.5))
    plain = elman.RNN(3, 4)
    plain.load_state_dict(rnn.state_dict())
    X = torch.randn(5, 2, 3)
    (found,), (expected,) = (
        gradient_flow(each, X, last_layer_costs).cells for each in (rnn, plain)
    )
    assert found.plain
    assert found.slope is not None
    close(found.slope, expected.slope)
    close(found.G, expected.G)


def test_slope_is_unknown_for_other_equations() -> None:
    X = torch.randn(4, 2, 3)
    for cell, f, known in (
        (LeakyCell, "tanh", False),
        (elman.RNNCell, nn.functional.softplus, False),
        (elman.LayerNormRNNCell, "tanh", True),
        (partial(elman.VariationalRNNCell, dropout=0.4), "relu", True),
    ):
        rnn = elman.RNN(3, 3, nonlinearity=f, cell=cell)  # type: ignore[arg-type]
        (found,) = gradient_flow(rnn, X, last_layer_costs).cells
        assert (found.slope is not None) == known


@pytest.mark.parametrize(
    ("costs", "sentence"),
    [
        (lambda output: output[0], r"shape \(S, B\) or \(S\), got torch.float64 of shape \(4, 2"),
        (lambda output: output[0].sum(), r"got torch.float64 of shape \(\)"),
        (lambda output: output[0][:0, :, 0], r"of shape \(0, 2\)"),
        (lambda output: output[0].argmax(-1), "got torch.int64"),
        (lambda output: output[0].detach().sum(-1), "without detach"),
        (lambda output: output[0].sum(-1) / 0, "all costs must be finite, but cost 0 of sequence"),
        (lambda output: (output[0] * 0).sqrt().sum(-1), "all gradients must be finite, but that"),
    ],
)
def test_costs_that_cannot_be_used(costs: Callable[[Any], Tensor], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        gradient_flow(elman.RNN(3, 4), torch.randn(4, 2, 3), costs)


def test_costs_that_are_no_tensor() -> None:
    with pytest.raises(TypeError, match="step_costs must return a tensor, got list"):
        gradient_flow(elman.RNN(3, 4), torch.randn(4, 2, 3), list)  # type: ignore[arg-type]


def test_networks_that_cannot_be_used() -> None:
    X = torch.randn(4, 2, 3)
    with pytest.raises(ValueError, match=r"must have a recurrent layer.*; Linear has none"):
        gradient_flow(nn.Linear(3, 4), X, lambda output: output.sum(-1))
    with pytest.raises(ValueError, match=r"at least 2 time steps .*, but cells\.0 ran for 1"):
        gradient_flow(elman.RNN(3, 4), X[:1], last_layer_costs)
    hooked = nn.RNN(3, 4)
    hooked.register_forward_hook(lambda *_: None)
    with pytest.raises(ValueError, match=r"the layer is a torch.nn.RNN with hooks"):
        gradient_flow(hooked, X, last_layer_costs)
    idle = nn.Linear(3, 4)
    idle.rnn = elman.RNN(3, 4)
    with pytest.raises(ValueError, match=r"must call its recurrent layers, but rnn\.cells\.0"):
        gradient_flow(idle, X, lambda output: output.sum(-1))


def test_both_figures_of_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda _: 2_000_000)
    X = torch.randn(400, 2, 3)
    with pytest.raises(
        ValueError, match=r"of 400 time steps need about 0\.045 GB .* but 0\.002 GB are available"
    ):
        gradient_flow(elman.RNN(3, 4), X, last_layer_costs)


def test_the_module_has_the_function_too() -> None:
    assert flow.gradient_flow is gradient_flow
    assert GradientFlow._fields == ("cells", "costs", "output")
