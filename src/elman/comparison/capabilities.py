"""Checks which features elman.RNN and torch.nn.RNN support, by trying each one.

A feature check uses the feature like a user, verifies numeric results, and raises an exception if
the feature does not work.
"""

import re
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, hessian, jacrev, jvp, stack_module_state, vmap
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.testing import assert_close

from elman.layers import RNN, LayerNormRNNCell, RNNStack, VariationalRNNCell

I, H, T, B = 3, 4, 5, 2
YES = "yes"


@dataclass(frozen=True)
class FeatureResult:
    """The result of one feature check.

    Attributes:
        feature: its name.
        ours: "yes" or the exception, for elman.RNN.
        theirs: "yes" or the exception, for torch.nn.RNN.
        only_ours: it works with elman.RNN only.
    """

    feature: str
    ours: str
    theirs: str
    only_ours: bool


def compare_capabilities() -> Iterator[FeatureResult]:
    """Checks every feature with either layer."""
    for feature, ours, theirs in feature_checks():
        our_outcome, their_outcome = outcome(ours), outcome(theirs)
        yield FeatureResult(
            feature, our_outcome, their_outcome, our_outcome == YES and their_outcome != YES
        )


def outcome(check: Callable[[], object]) -> str:
    """Runs a check and returns "yes" or the first sentence of its exception."""
    torch.manual_seed(0)
    try:
        with warnings.catch_warnings(action="ignore"):
            check()
    except Exception as error:
        sentence = re.split(r"\n|[.!] ", str(error).strip())[0]
        sentence = re.sub(r" at 0x\w+", "", sentence)  # addresses differ from run to run
        return f"{type(error).__name__}: {sentence}"
    return YES


def feature_checks() -> Iterable[tuple[str, Callable[[], object], Callable[[], object]]]:
    """Each feature with its checks for elman.RNN and for torch.nn.RNN."""
    for feature, check in COMMON.items():
        yield feature, partial(check, _elman()), partial(check, _torch())
    yield from SEPARATE


def _elman(**options: Any) -> RNN:
    return RNN(I, H, dtype=torch.float64, **options)


def _torch(**options: Any) -> nn.RNN:
    return nn.RNN(I, H, dtype=torch.float64, **options)


def _input(*shape: int) -> Tensor:
    return torch.randn(*(shape or (T, B)), I, dtype=torch.float64)


def _check_shape(result: Tensor, *shape: int) -> None:
    if result.shape != shape:
        raise AssertionError(f"the shape is {tuple(result.shape)}, not {shape}")


# ---------------------------------------------------------- the same code for either layer


def _double_backward(rnn: nn.Module) -> None:
    X = _input().requires_grad_()
    [dX] = torch.autograd.grad(rnn(X)[0].sum(), X, create_graph=True)
    dX.square().sum().backward()  # type: ignore[no-untyped-call]


def _vmap_inputs(rnn: nn.Module) -> None:
    X = _input(6, T, B)
    assert_close(vmap(lambda X: rnn(X)[0])(X)[3], rnn(X[3])[0])


def _vmap_weights(rnn: nn.Module) -> None:
    weights, buffers = stack_module_state([rnn, rnn])
    X = _input()
    states = vmap(lambda w, b: functional_call(rnn, (w, b), (X,))[0])(weights, buffers)
    assert_close(states[1], rnn(X)[0])


def _per_example_gradients(rnn: nn.Module) -> None:
    weights: dict[str, Tensor] = dict(rnn.named_parameters())
    X = _input(6, T)

    def cost(weights: dict[str, Tensor], X: Tensor) -> Tensor:
        states: Tensor = functional_call(rnn, weights, (X,))[0]
        return states.square().sum()

    gradients = vmap(grad(cost), (None, 0))(weights, X)
    expected = torch.autograd.grad(cost(weights, X[3]), list(weights.values()))
    assert_close([gradients[name][3] for name in weights], list(expected))


def _check_directional_derivative(
    function: Callable[[Tensor], Tensor], X: Tensor, direction: Tensor, derivative: Tensor
) -> None:
    step = 1e-6 * direction
    assert_close(derivative, (function(X + step) - function(X - step)) / 2e-6, rtol=1e-5, atol=1e-7)


def _jvp(rnn: nn.Module) -> None:
    X, direction = _input(), _input()
    derivative = jvp(lambda X: rnn(X)[0], (X,), (direction,))[1]
    _check_directional_derivative(lambda X: rnn(X)[0], X, direction, derivative)


def _jacrev(rnn: nn.Module) -> None:
    X, direction = _input(), _input()
    jacobian: Tensor = jacrev(lambda X: rnn(X)[0])(X)
    _check_directional_derivative(
        lambda X: rnn(X)[0], X, direction, torch.tensordot(jacobian, direction, dims=3)
    )


def _hessian(rnn: nn.Module) -> None:
    X, direction = _input(), _input()
    second: Tensor = hessian(lambda X: rnn(X)[0].sum())(X)
    gradient: Callable[[Tensor], Tensor] = grad(lambda X: rnn(X)[0].sum())
    _check_directional_derivative(
        gradient, X, direction, torch.tensordot(second, direction, dims=3)
    )


def _compile(rnn: nn.Module) -> None:
    X = _input()
    assert_close(torch.compile(rnn, fullgraph=True, backend="aot_eager")(X)[0], rnn(X)[0])


def _dynamic(*dimensions: int) -> tuple[dict[int, Any]]:
    return (dict.fromkeys(dimensions, torch.export.Dim.DYNAMIC),)


def _export(rnn: nn.Module) -> None:
    program = torch.export.export(rnn, (_input(),), dynamic_shapes=_dynamic(0, 1)).module()
    X = _input(2 * T, 3 * B)
    assert_close(program(X)[0], rnn(X)[0])


def _onnx(rnn: nn.Module) -> None:
    import onnxruntime  # noqa: PLC0415 - an optional dependency

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rnn.onnx"
        rnn = rnn.float()
        example = (_input().float(),)
        torch.onnx.export(
            rnn, example, path, dynamo=True, dynamic_shapes=_dynamic(0, 1), verbose=False
        )
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for length in (2 * T, T + 2):
            X = _input(length, 3 * B).float()
            states = session.run(None, {session.get_inputs()[0].name: X.numpy()})[0]
            assert_close(torch.from_numpy(states), rnn(X)[0], rtol=1e-4, atol=1e-5)


class _Wrapper(nn.Module):
    """A module that contains the layer; TorchScript compiles it more readily than the layer."""

    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, X: Tensor) -> Tensor:
        h: Tensor = self.rnn(X)[0]
        return h


def _torchscript(rnn: nn.Module) -> None:
    X = _input()
    assert_close(torch.jit.script(_Wrapper(rnn))(X), rnn(X)[0])


def _no_time_steps(rnn: nn.Module) -> None:
    h_0 = torch.randn(1, B, H, dtype=torch.float64)
    output, h_n = rnn(_input(0, B), h_0)
    assert_close((output.shape, h_n), (torch.Size([0, B, H]), h_0))


def _no_sequences(rnn: nn.Module) -> None:
    _check_shape(rnn(_input(T, 0))[0], T, 0, H)


def _same_bits(rnn: nn.Module) -> None:
    X = _input()
    runs = [torch.autograd.grad(rnn(X)[0].sum(), list(rnn.parameters())) for _ in range(2)]
    assert_close(*runs, rtol=0, atol=0)


COMMON: dict[str, Callable[[nn.Module], None]] = {
    "double backward": _double_backward,
    "vmap over inputs": _vmap_inputs,
    "vmap over weights (ensembles)": _vmap_weights,
    "per-example gradients": _per_example_gradients,
    "forward-mode differentiation (jvp)": _jvp,
    "jacrev": _jacrev,
    "hessian": _hessian,
    "torch.compile(fullgraph=True)": _compile,
    "torch.export, dynamic batch and time": _export,
    "ONNX export, dynamic batch and time": _onnx,
    "TorchScript": _torchscript,
    "T = 0 (no time steps)": _no_time_steps,
    "B = 0 (empty batch)": _no_sequences,
    "bitwise reproducible": _same_bits,
}


# ------------------------------------------------------- different code for either layer


def _elman_lengths() -> None:
    rnn, X, lengths = _elman(bidirectional=True), _input(T, 3), torch.tensor([2, 0, 5])
    _, h_n = rnn(X, lengths=lengths)
    assert_close(h_n[:, 0], rnn(X[:2, 0])[1])


def _torch_lengths() -> None:
    rnn, X, lengths = _torch(bidirectional=True), _input(T, 3), torch.tensor([2, 0, 5])
    pad_packed_sequence(rnn(pack_padded_sequence(X, lengths, enforce_sorted=False))[0])


def _elman_hidden_sizes() -> None:
    _check_shape(RNNStack(RNN(I, 8), RNN(8, H))(torch.randn(T, B, I))[0], T, B, H)


def _elman_states() -> None:
    rnn, X = _elman(num_layers=2), _input()
    states = rnn.states(X)
    _check_shape(states, 2, T, B, H)
    assert_close(states[-1], rnn(X)[0])


def _warns_of_dropout(layer: Callable[..., nn.Module]) -> None:
    with warnings.catch_warnings(record=True, action="always") as caught:
        layer(dropout=0.5)
    if not caught:
        raise RuntimeError("no warning")


def _forward(layer: Callable[..., nn.Module], **options: Any) -> Callable[[], object]:
    return lambda: layer(**options)(_input())


OPTIONS: dict[str, dict[str, Any]] = {
    "custom nonlinearity": {"nonlinearity": nn.functional.softsign},
    "merge modes for two directions": {"bidirectional": True, "merge": "sum"},
    "learned initial state": {"learn_h_0": True},
    "layer normalization": {"cell": LayerNormRNNCell},
    "variational (recurrent) dropout": {"cell": partial(VariationalRNNCell, dropout=0.5)},
    "initialization by name": {"init_V": "orthogonal"},
}
SEPARATE: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
    ("unsorted lengths, including zero", _elman_lengths, _torch_lengths),
    (
        "a different hidden size per layer",
        _elman_hidden_sizes,
        lambda: nn.RNN(I, [8, H], num_layers=2),
    ),
    ("states of all layers and time steps", _elman_states, lambda: _torch(num_layers=2).states),
    *(
        (feature, _forward(_elman, **options), _forward(_torch, **options))
        for feature, options in OPTIONS.items()
    ),
    (
        "warning if dropout has no effect",
        partial(_warns_of_dropout, _elman),
        partial(_warns_of_dropout, _torch),
    ),
]
