"""Second derivatives, `torch.func` transforms, compilation and export of a layer."""

import copy
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, hessian, jacrev, jvp, stack_module_state, vmap

from elman import RNN, LayerNormRNNCell

LAYERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "deep": {"num_layers": 2, "bidirectional": True, "nonlinearity": "relu"},
    "merged": {"bidirectional": True, "merge": "sum", "learn_h_0": True, "batch_first": True},
    "layer norm": {"cell": LayerNormRNNCell},
}
layers = pytest.mark.parametrize("options", LAYERS.values(), ids=LAYERS)
pytestmark = pytest.mark.filterwarnings(  # from torch itself
    "ignore:.*torch.jit:DeprecationWarning",
    "ignore:The .grad attribute of a Tensor that is not a leaf Tensor:UserWarning",
)


def layer(options: dict[str, Any], dtype: torch.dtype = torch.float64) -> RNN:
    torch.manual_seed(0)
    return RNN(3, 4, dtype=dtype, **options)


def randn(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def assert_close(actual: Any, expected: Any) -> None:
    torch.testing.assert_close(actual, expected, rtol=1e-10, atol=1e-10)


@layers
def test_gradcheck_once_and_twice(options: dict[str, Any]) -> None:
    rnn = layer(options)
    names = [name for name, _ in rnn.named_parameters()]

    def compute(X: Tensor, *weights: Tensor) -> Any:
        return functional_call(
            rnn, dict(zip(names, weights, strict=True)), (X, None, torch.tensor([3, 1]))
        )

    X = randn(2, 3, 3) if rnn.batch_first else randn(3, 2, 3)
    arguments = (X.requires_grad_(), *rnn.parameters())
    assert torch.autograd.gradcheck(compute, arguments)
    assert torch.autograd.gradgradcheck(compute, arguments)


@layers
def test_vmap_over_inputs_and_lengths(options: dict[str, Any]) -> None:
    rnn = layer(options)
    X, lengths = randn(6, 5, 3), torch.tensor([5, 0, 3, 1, 5, 2])
    found = vmap(lambda X, length: rnn(X, lengths=length))(X, lengths)
    for n in range(6):
        assert_close([part[n] for part in found], list(rnn(X[n], lengths=lengths[n])))


@layers
def test_vmap_over_the_weights_of_an_ensemble(options: dict[str, Any]) -> None:
    rnns = [layer(options) for _ in range(3)]
    for rnn in rnns:
        for weight in rnn.parameters():
            nn.init.normal_(weight)
    weights, buffers = stack_module_state(rnns)
    X = randn(5, 2, 3)
    skeleton = copy.deepcopy(rnns[0]).to("meta")
    found = vmap(lambda w, b: functional_call(skeleton, (w, b), (X,)))(weights, buffers)
    for k, rnn in enumerate(rnns):
        assert_close([part[k] for part in found], list(rnn(X)))


@layers
def test_gradients_for_each_example(options: dict[str, Any]) -> None:
    rnn = layer(options)
    weights = dict(rnn.named_parameters())
    X, lengths = randn(6, 5, 3), torch.tensor([5, 4, 3, 1, 5, 2])

    def cost(weights: dict[str, Tensor], X: Tensor, length: Tensor) -> Tensor:
        output, h_n = functional_call(rnn, weights, (X, None, length))
        return output.square().sum() + h_n.sum()

    found = vmap(grad(cost), (None, 0, 0))(weights, X, lengths)
    for n in range(6):
        gradients = torch.autograd.grad(cost(weights, X[n], lengths[n]), list(weights.values()))
        assert_close([found[name][n] for name in weights], list(gradients))


@layers
def test_jvp_jacrev_and_hessian(options: dict[str, Any]) -> None:
    rnn = layer(options)
    X, direction = randn(4, 3), randn(4, 3)

    def states(X: Tensor) -> Tensor:
        return rnn(X)[0]

    jacobian = jacrev(states)(X)
    _, slope = jvp(states, (X,), (direction,))
    assert_close(slope, torch.einsum("thij,ij->th", jacobian, direction))
    step = 1e-6
    numeric = (states(X + step * direction) - states(X - step * direction)) / (2 * step)
    torch.testing.assert_close(slope, numeric, rtol=1e-5, atol=1e-7)
    second = hessian(lambda X: states(X).square().sum())(X)
    _, change = jvp(grad(lambda X: states(X).square().sum()), (X,), (direction,))
    assert_close(change, torch.einsum("tiuj,uj->ti", second, direction))


def test_compiles_in_single_precision() -> None:
    torch._dynamo.reset()
    rnn, X = layer({}, torch.float32), torch.randn(5, 2, 3)
    compiled = torch.compile(rnn, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(X), rnn(X))


@layers
@pytest.mark.parametrize("lengths", [None, torch.tensor([5, 2])])
def test_compiles_as_one_graph(options: dict[str, Any], lengths: Tensor | None) -> None:
    rnn = layer(options)
    torch._dynamo.reset()
    compiled = torch.compile(rnn, fullgraph=True, backend="aot_eager")
    X = (randn(2, 5, 3) if rnn.batch_first else randn(5, 2, 3)).requires_grad_()
    found, expected = compiled(X, lengths=lengths), rnn(X, lengths=lengths)
    assert_close(found, expected)
    gradients = [
        torch.autograd.grad(output.square().sum() + h_n.sum(), [X, *rnn.parameters()])
        for output, h_n in (found, expected)
    ]
    assert_close(*gradients)


def dynamic(rnn: RNN, *, lengths: bool) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Arguments for the export, and their dynamic dimensions."""
    T, B = torch.export.Dim.DYNAMIC, torch.export.Dim.DYNAMIC
    X = torch.randn(2, 5, 3) if rnn.batch_first else torch.randn(5, 2, 3)
    if not lengths:
        return (X,), ({0: T, 1: B},)
    return (X, None, torch.tensor([5, 3])), ({0: T, 1: B}, None, {0: B})


@layers
@pytest.mark.parametrize("with_lengths", [False, True])
def test_exports_with_dynamic_batch_and_time(options: dict[str, Any], with_lengths: bool) -> None:
    rnn = layer(options, torch.float32).eval()
    arguments, dimensions = dynamic(rnn, lengths=with_lengths)
    program = torch.export.export(rnn, arguments, dynamic_shapes=dimensions).module()
    for T, B in ((9, 4), (2, 7)):
        X = torch.randn(B, T, 3) if rnn.batch_first else torch.randn(T, B, 3)
        others = (None, torch.randint(T + 1, (B,))) if with_lengths else ()
        torch.testing.assert_close(program(X, *others), rnn(X, *others))


@pytest.mark.parametrize(
    ("options", "with_lengths"),
    [({}, False), ({}, True), (LAYERS["deep"], True), (LAYERS["merged"], False)],
)
def test_onnx_runs_at_other_lengths(
    options: dict[str, Any], with_lengths: bool, tmp_path: Path
) -> None:
    rnn = layer(options, torch.float32).eval()
    arguments, dimensions = dynamic(rnn, lengths=with_lengths)
    path = tmp_path / "rnn.onnx"
    with warnings.catch_warnings(action="ignore"):
        torch.onnx.export(rnn, arguments, path, dynamic_shapes=dimensions, verbose=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for T, B in ((9, 4), (23, 1), (1, 3)):
        X = torch.randn(B, T, 3) if rnn.batch_first else torch.randn(T, B, 3)
        lengths = torch.randint(T + 1, (B,)) if with_lengths else None
        values = [X.numpy()] if lengths is None else [X.numpy(), lengths.numpy()]
        names = [node.name for node in session.get_inputs()]
        found = session.run(None, dict(zip(names, values, strict=True)))
        for part, expected in zip(found, rnn(X, lengths=lengths), strict=True):
            np.testing.assert_allclose(part, expected.detach().numpy(), rtol=1e-5, atol=1e-5)


def test_backward_in_evaluation(device: torch.device) -> None:
    rnn = RNN(3, 4, num_layers=2, dropout=0.5, device=device).eval()
    rnn(torch.randn(5, 2, 3, device=device))[0].sum().backward()
    assert rnn.V.grad is not None
