"""Which tensors may be changed between the forward and the backward pass, and which not."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.autograd.graph import (
    allow_mutation_on_saved_tensors,
    save_on_cpu,
    saved_tensors_hooks,
)
from torch.nn import functional

from elman import RNN
from elman.recurrence import recurrence

engines = pytest.mark.parametrize("engine", ["auto", "unrolled", "bptt", "compiled"])
T, B, I, H = 5, 2, 3, 4


def randn(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def zero_some(h: Tensor) -> Tensor:
    h[2:4] = 0
    return h


CHANGES: dict[str, Callable[[Tensor], Tensor]] = {
    "zero_some": zero_some,
    "add": lambda h: h.add_(1),
    "relu": lambda h: functional.relu(h, inplace=True),
    "dropout": lambda h: functional.dropout(h, 0.5, inplace=True),
    "a view of it": lambda h: h.view(-1).mul_(2),
}
changes = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


@engines
@changes
@pytest.mark.parametrize("options", [{}, {"batch_first": True}, {"num_layers": 2}])
@pytest.mark.parametrize("length", [1, T])
def test_the_output_may_be_changed_in_place(
    change: Callable[[Tensor], Tensor], options: dict[str, bool], length: int, engine: str
) -> None:
    theirs = nn.RNN(I, H, dtype=torch.float64, **options)  # type: ignore[arg-type]
    ours = RNN.from_torch(theirs, engine=engine)  # type: ignore[arg-type]
    X = randn(B, length, I) if theirs.batch_first else randn(length, B, I)
    if theirs.batch_first and change is CHANGES["a view of it"]:
        change = CHANGES["add"]  # torch cannot view it either
    gradients = []
    for layer in (ours, theirs):
        torch.manual_seed(0)
        output, h_n = layer(X)
        cost = change(output).square().sum() + h_n.sum()
        gradients.append(torch.autograd.grad(cost, list(layer.parameters())))
    for n, weight in enumerate(gradients[0]):
        layer_n, kind = divmod(n, 3)
        expected = gradients[1][4 * layer_n + kind]
        expected = expected.T if expected.dim() == 2 else expected
        torch.testing.assert_close(weight, expected, rtol=1e-12, atol=1e-12)


def leaves(*needs_grad: str) -> dict[str, Tensor]:
    x = {"X": randn(T, B, I), "h_0": randn(B, H), "U": randn(I, H), "V": randn(H, H), "b": randn(H)}
    for name in needs_grad:
        x[name].requires_grad_()
    return x


@engines
@pytest.mark.parametrize("frozen", [False, True])
def test_b_may_be_changed_and_X_if_no_gradient_needs_it(engine: str, frozen: bool) -> None:
    x = leaves("V", "b", *([] if frozen else ["U"]))
    h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    expected = torch.autograd.grad(h.sum(), (x["V"], x["b"]), retain_graph=True)
    with torch.no_grad():
        x["b"].add_(1)
    if frozen:
        x["X"].zero_()
    torch.testing.assert_close(torch.autograd.grad(h.sum(), (x["V"], x["b"])), expected)


@pytest.mark.parametrize("engine", ["auto", "bptt"])
@pytest.mark.parametrize("change", ["X", "h_0", "U", "V"])
def test_changing_a_tensor_that_gradients_need_raises(engine: str, change: str) -> None:
    x = leaves("X", "U", "V") if change != "X" else leaves("U", "V")
    h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    with torch.no_grad():
        x[change].add_(1)
    with pytest.raises(RuntimeError, match=r"changed in place before the backward .*x\.clone\(\)"):
        h.sum().backward()


@pytest.mark.parametrize("engine", ["auto", "bptt"])
@pytest.mark.parametrize("change", ["X", "b"])
@pytest.mark.parametrize("twice", [False, True])
def test_changing_an_input_of_states_that_must_be_recomputed_raises(
    engine: str, change: str, twice: bool
) -> None:
    """They are recomputed if they were changed, too, or for a second derivative."""
    x = leaves("V", "h_0")
    h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    if not twice:
        h.add_(1)
    with torch.no_grad():
        x[change].add_(1)
    name = {"X": "the input", "b": "b"}[change]
    with pytest.raises(RuntimeError, match=f"{name} was changed in place before the backward pass"):
        torch.autograd.grad(h.sum(), x["V"], create_graph=twice)


@engines
def test_a_second_backward_pass_without_its_graph_is_torch_s_error(engine: str) -> None:
    x = leaves("V")
    h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    h.sum().backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        h.sum().backward()


@engines
def test_saved_tensors_on_the_cpu(engine: str) -> None:
    x = leaves("X", "h_0", "U", "V", "b")
    expected = torch.autograd.grad(recurrence(**x, engine="unrolled").sum(), x.values())
    with save_on_cpu():
        h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    torch.testing.assert_close(torch.autograd.grad(h.sum(), x.values()), expected)


@pytest.mark.parametrize(
    "unpack",
    [
        lambda x: x.repeat_interleave(2, -1)[..., ::2],  # the same numbers with other strides
        lambda x: torch._neg_view(-x),
        lambda x: x.mT.contiguous().mT,
    ],
)
@pytest.mark.parametrize("engine", ["auto", "bptt"])
def test_saved_tensors_may_change_their_layout(
    unpack: Callable[[Tensor], Tensor], engine: str
) -> None:
    x = leaves("X", "h_0", "U", "V", "b")
    expected = torch.autograd.grad(recurrence(**x, engine="unrolled").sum(), x.values())
    with saved_tensors_hooks(lambda tensor: tensor, unpack):
        h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    torch.testing.assert_close(torch.autograd.grad(h.sum(), x.values()), expected)


@pytest.mark.parametrize("length", [1, T])
def test_batched_gradients_of_layers_with_one_tensor_of_initial_states(length: int) -> None:
    rnn, X = RNN(I, H, num_layers=2, dtype=torch.float64), randn(length, B, I)
    hx = randn(2, B, H).requires_grad_()
    inputs = [hx, *rnn.parameters()]
    directions = randn(3, length, B, H)
    found = torch.autograd.grad(rnn(X, hx)[0], inputs, directions, is_grads_batched=True)
    for n, direction in enumerate(directions):
        expected = torch.autograd.grad(rnn(X, hx)[0], inputs, direction)
        torch.testing.assert_close([gradient[n] for gradient in found], list(expected))


def test_allow_mutation_on_saved_tensors() -> None:
    gradients = []
    for engine in ("auto", "unrolled"):
        torch.manual_seed(0)
        x = leaves("U", "V")
        with allow_mutation_on_saved_tensors():
            h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
            if engine == "auto":
                x["X"].zero_()
            gradients.append(torch.autograd.grad(h.sum(), x["U"]))
    torch.testing.assert_close(*gradients)


@engines
@pytest.mark.parametrize("length", [T, 40])
@pytest.mark.parametrize("same", [("U", "V"), ("h_0", "V"), ("h_0", "U")])
def test_a_tensor_used_as_two_arguments_gets_both_gradients(
    same: tuple[str, str], length: int, engine: str
) -> None:
    x = {"X": randn(length, H, H), "h_0": randn(H, H), "U": randn(H, H), "V": randn(H, H)}
    x |= {"b": randn(H), same[0]: x[same[1]].div_(4).requires_grad_()}
    gradients = [
        torch.autograd.grad(recurrence(**x, engine=each).sum(), x[same[1]])  # type: ignore[arg-type]
        for each in (engine, "unrolled")
    ]
    torch.testing.assert_close(*gradients)


@engines
def test_an_unallocated_zero_tensor_as_gradient(engine: str) -> None:
    x = leaves("V")
    h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    [dV] = torch.autograd.grad(h.sgn().sum(), x["V"])
    assert not dV.any()


@pytest.mark.parametrize("engine", ["auto", "bptt"])
def test_an_inference_tensor_as_input_if_no_gradient_needs_it(engine: str) -> None:
    x = leaves("V", "b")
    expected = torch.autograd.grad(recurrence(**x, engine="unrolled").sum(), (x["V"], x["b"]))
    with torch.inference_mode():
        X = x["X"].clone()
    h = recurrence(**x | {"X": X}, engine=engine)  # type: ignore[arg-type]
    torch.testing.assert_close(torch.autograd.grad(h.sum(), (x["V"], x["b"])), expected)


@pytest.mark.parametrize("engine", ["auto", "bptt"])
def test_gradients_by_vmap_of_an_existing_graph(engine: str) -> None:
    x = leaves("U", "V")
    h = recurrence(**x, engine=engine)  # type: ignore[arg-type]
    directions = randn(3, T, B, H)

    def gradient(dh: Tensor) -> Tensor:
        return torch.autograd.grad(h, x["U"], dh, retain_graph=True)[0]

    found = torch.func.vmap(gradient)(directions)
    torch.testing.assert_close(found, torch.stack([gradient(dh) for dh in directions]))


def test_saved_tensors_hooks_can_free_the_states() -> None:
    """Recomputation relies on it: nothing else may hold the states."""
    saved = []
    x = leaves("V")
    with saved_tensors_hooks(lambda tensor: saved.append(tensor.shape), lambda _: None):
        h = recurrence(**x)
    assert (T, B, H) in saved
    storage = h.untyped_storage()
    references = torch._C._storage_Use_Count(storage._cdata)
    counter, _ = h.grad_fn.h_version  # type: ignore[union-attr]
    assert counter.untyped_storage().nbytes() == 0
    del counter
    assert references <= 2  # h, and `storage` itself
