"""What can be done with our layer and with torch.nn.RNN: tried, each time, not claimed.

A demonstration does what a user would, checks that the numbers are right where there are numbers
to check, and raises an exception where it fails.
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
class Finding:
    """What became of one attempt.

    Attributes:
        feature: what was attempted.
        ours: "yes", or the exception it ended in.
        theirs: the same for torch.nn.RNN.
        only_ours: it worked with ours alone.
    """

    feature: str
    ours: str
    theirs: str
    only_ours: bool


def compare_capabilities() -> Iterator[Finding]:
    """Makes every attempt with either layer, one after the other."""
    for feature, ours, theirs in attempts():
        our_outcome, their_outcome = outcome(ours), outcome(theirs)
        yield Finding(
            feature, our_outcome, their_outcome, our_outcome == YES and their_outcome != YES
        )


def outcome(attempt: Callable[[], object]) -> str:
    """What an attempt comes to: "yes", or its exception with the first sentence."""
    torch.manual_seed(0)
    try:
        with warnings.catch_warnings(action="ignore"):
            attempt()
    except Exception as error:
        sentence = re.split(r"\n|[.!] ", str(error).strip())[0]
        sentence = re.sub(r" at 0x\w+", "", sentence)  # an address is another each time
        return f"{type(error).__name__}: {sentence}"
    return YES


def attempts() -> Iterable[tuple[str, Callable[[], object], Callable[[], object]]]:
    """Each feature with what demonstrates it for our layer, and for torch.nn.RNN."""
    for feature, demonstrate in COMMON.items():
        yield feature, partial(demonstrate, _ours()), partial(demonstrate, _theirs())
    yield from OWN


def _ours(**options: Any) -> RNN:
    return RNN(I, H, dtype=torch.float64, **options)


def _theirs(**options: Any) -> nn.RNN:
    return nn.RNN(I, H, dtype=torch.float64, **options)


def _input(*shape: int) -> Tensor:
    return torch.randn(*(shape or (T, B)), I, dtype=torch.float64)


def _check_shape(result: Tensor, *shape: int) -> None:
    if result.shape != shape:
        raise AssertionError(f"the shape is {tuple(result.shape)}, not {shape}")


# ------------------------------------------------- the same lines of code for either layer


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

    found = vmap(grad(cost), (None, 0))(weights, X)
    expected = torch.autograd.grad(cost(weights, X[3]), list(weights.values()))
    assert_close([found[name][3] for name in weights], list(expected))


def _check_slope(
    function: Callable[[Tensor], Tensor], X: Tensor, direction: Tensor, slope: Tensor
) -> None:
    step = 1e-6 * direction
    assert_close(slope, (function(X + step) - function(X - step)) / 2e-6, rtol=1e-5, atol=1e-7)


def _jvp(rnn: nn.Module) -> None:
    X, direction = _input(), _input()
    slope = jvp(lambda X: rnn(X)[0], (X,), (direction,))[1]
    _check_slope(lambda X: rnn(X)[0], X, direction, slope)


def _jacrev(rnn: nn.Module) -> None:
    X, direction = _input(), _input()
    jacobian: Tensor = jacrev(lambda X: rnn(X)[0])(X)
    _check_slope(lambda X: rnn(X)[0], X, direction, torch.tensordot(jacobian, direction, dims=3))


def _hessian(rnn: nn.Module) -> None:
    X, direction = _input(), _input()
    second: Tensor = hessian(lambda X: rnn(X)[0].sum())(X)
    gradient: Callable[[Tensor], Tensor] = grad(lambda X: rnn(X)[0].sum())
    _check_slope(gradient, X, direction, torch.tensordot(second, direction, dims=3))


def _compile(rnn: nn.Module) -> None:
    X = _input()
    assert_close(torch.compile(rnn, fullgraph=True, backend="aot_eager")(X)[0], rnn(X)[0])


def _open(*dimensions: int) -> tuple[dict[int, Any]]:
    return (dict.fromkeys(dimensions, torch.export.Dim.DYNAMIC),)


def _export(rnn: nn.Module) -> None:
    program = torch.export.export(rnn, (_input(),), dynamic_shapes=_open(0, 1)).module()
    X = _input(2 * T, 3 * B)
    assert_close(program(X)[0], rnn(X)[0])


def _onnx(rnn: nn.Module) -> None:
    import onnxruntime  # noqa: PLC0415 — only this needs it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rnn.onnx"
        rnn = rnn.float()
        example = (_input().float(),)
        torch.onnx.export(
            rnn, example, path, dynamo=True, dynamic_shapes=_open(0, 1), verbose=False
        )
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for length in (2 * T, T + 2):
            X = _input(length, 3 * B).float()
            found = session.run(None, {session.get_inputs()[0].name: X.numpy()})[0]
            assert_close(torch.from_numpy(found), rnn(X)[0], rtol=1e-4, atol=1e-5)


class _Reader(nn.Module):
    """A module with a layer in it, which TorchScript compiles sooner than the layer alone."""

    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, X: Tensor) -> Tensor:
        h: Tensor = self.rnn(X)[0]
        return h


def _torchscript(rnn: nn.Module) -> None:
    X = _input()
    assert_close(torch.jit.script(_Reader(rnn))(X), rnn(X)[0])


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
    "vmap over weights (an ensemble)": _vmap_weights,
    "gradients for each example": _per_example_gradients,
    "forward differentiation (jvp)": _jvp,
    "jacrev": _jacrev,
    "hessian": _hessian,
    "torch.compile(fullgraph=True)": _compile,
    "torch.export, open batch and time": _export,
    "ONNX, open batch and time, run at two other lengths": _onnx,
    "TorchScript": _torchscript,
    "T = 0": _no_time_steps,
    "B = 0": _no_sequences,
    "the same bits twice": _same_bits,
}


# --------------------------------------- what either layer has its own way of asking for


def _our_lengths() -> None:
    rnn, X, lengths = _ours(bidirectional=True), _input(T, 3), torch.tensor([2, 0, 5])
    _, h_n = rnn(X, lengths=lengths)
    assert_close(h_n[:, 0], rnn(X[:2, 0])[1])


def _their_lengths() -> None:
    rnn, X, lengths = _theirs(bidirectional=True), _input(T, 3), torch.tensor([2, 0, 5])
    pad_packed_sequence(rnn(pack_padded_sequence(X, lengths, enforce_sorted=False))[0])


def _our_hidden_sizes() -> None:
    _check_shape(RNNStack(RNN(I, 8), RNN(8, H))(torch.randn(T, B, I))[0], T, B, H)


def _our_states() -> None:
    rnn, X = _ours(num_layers=2), _input()
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
    "any elementwise nonlinearity": {"nonlinearity": nn.functional.softsign},
    "two directions summed, averaged or multiplied": {"bidirectional": True, "merge": "sum"},
    "learned initial state": {"learn_h_0": True},
    "layer norm": {"cell": LayerNormRNNCell},
    "recurrent (variational) dropout": {"cell": partial(VariationalRNNCell, dropout=0.5)},
    "initialisation by name": {"init_V": "orthogonal"},
}
OWN: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
    ("lengths unsorted, zero among them", _our_lengths, _their_lengths),
    (
        "a hidden size for each layer",
        _our_hidden_sizes,
        lambda: nn.RNN(I, [8, H], num_layers=2),
    ),
    ("states of all layers at all steps", _our_states, lambda: _theirs(num_layers=2).states),
    *(
        (feature, _forward(_ours, **options), _forward(_theirs, **options))
        for feature, options in OPTIONS.items()
    ),
    (
        "a warning when dropout does nothing",
        partial(_warns_of_dropout, _ours),
        partial(_warns_of_dropout, _theirs),
    ),
]
