"""Implementations of the same layer: elman.RNN with each engine, torch.nn.RNN, other libraries.

All of them share the weights of one elman.RNN and the same input X. Libraries that are not
installed (`pip install 'elman[bench]'`) are omitted.
"""

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from elman.comparison.sizes import Sizes
from elman.layers import RNN
from elman.recurrence import ENGINES, Engine

Call = Callable[[], Any]

TORCH = "torch.nn.RNN"
ELMAN = "elman auto"


class Implementation(NamedTuple):
    """One implementation, with its weights and its input.

    Attributes:
        train: a training step: forward and backward, from the sum of all states to all weights.
            None if the implementation cannot train.
        inference: a forward pass; returns all states, `(T, B, H)`.
    """

    train: Call | None
    inference: Call


def elman_and_torch(
    sizes: Sizes, device: torch.device, engine: Engine = "auto"
) -> dict[str, Implementation]:
    """torch.nn.RNN and elman.RNN with one engine, by name."""
    rnn, X = RNN(sizes.I, sizes.H, device=device, engine=engine), _random_input(sizes, device)
    return {TORCH: _in_torch(rnn.to_torch(), X), f"elman {engine}": _in_torch(rnn, X)}


def all_implementations(sizes: Sizes, device: torch.device) -> dict[str, Implementation]:
    """All installed implementations that support the device, by name."""
    rnn, X = RNN(sizes.I, sizes.H, device=device), _random_input(sizes, device)
    implementations = {TORCH: _in_torch(rnn.to_torch(), X)}
    for engine in ("auto", *ENGINES):
        layer = RNN(sizes.I, sizes.H, device=device, engine=engine)
        layer.load_state_dict(rnn.state_dict())
        if engine != "compiled" or device.type == "cpu":
            implementations[f"elman {engine}"] = _in_torch(layer, X)
    if device.type == "cpu":
        for name, (library, make) in OTHER_LIBRARIES.items():
            if find_spec(library) is not None:
                implementations[name] = make(rnn, X)
    return implementations


def train_step(rnn: nn.Module, X: Tensor) -> tuple[Tensor, ...]:
    """The gradients of the sum of all states with respect to all weights."""
    output, _ = rnn(X)
    return torch.autograd.grad(output.sum(), list(rnn.parameters()))


@torch.inference_mode()
def inference(rnn: nn.Module, X: Tensor) -> Tensor:
    """All states."""
    output: Tensor = rnn(X)[0]
    return output


def _random_input(sizes: Sizes, device: torch.device) -> Tensor:
    return torch.randn(sizes.T, sizes.B, sizes.I, device=device)


def _in_torch(rnn: nn.Module, X: Tensor) -> Implementation:
    return Implementation(lambda: train_step(rnn, X), lambda: inference(rnn, X))


def _jax(rnn: RNN, X: Tensor) -> Implementation:
    import jax  # noqa: PLC0415 - optional dependencies
    import jax.numpy as jnp  # noqa: PLC0415

    weights = tuple(jnp.asarray(_to_numpy(x)) for x in (rnn.U, rnn.V, rnn.b))
    x = jnp.asarray(X.numpy())

    def states(weights: Any, X: Any) -> Any:
        U, V, b = weights

        def step(h_previous: Any, XU_t: Any) -> Any:
            h_t = jnp.tanh(XU_t + h_previous @ V)
            return h_t, h_t

        h_0 = jnp.zeros((X.shape[1], V.shape[0]), X.dtype)
        return jax.lax.scan(step, h_0, X @ U + b)[1]

    train = jax.jit(jax.grad(lambda weights, X: states(weights, X).sum()))
    forward = jax.jit(states)
    return Implementation(
        lambda: jax.block_until_ready(train(weights, x)),
        lambda: jax.block_until_ready(forward(weights, x)),
    )


def _keras(rnn: RNN, X: Tensor) -> Implementation:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import jax  # noqa: PLC0415
    import keras  # noqa: PLC0415

    layer = keras.layers.SimpleRNN(rnn.hidden_size, return_sequences=True)
    x = jax.numpy.asarray(X.transpose(0, 1).contiguous().numpy())
    layer.build(x.shape)
    layer.set_weights([_to_numpy(w) for w in (rnn.U, rnn.V, rnn.b)])
    weights = [variable.value for variable in layer.trainable_variables]
    state = [variable.value for variable in layer.non_trainable_variables]

    def states(weights: Any, X: Any) -> Any:
        return layer.stateless_call(weights, state, X)[0]

    train = jax.jit(jax.grad(lambda weights, X: states(weights, X).sum()))
    forward = jax.jit(states)
    return Implementation(
        lambda: jax.block_until_ready(train(weights, x)),
        lambda: jax.block_until_ready(forward(weights, x)).transpose(1, 0, 2),
    )


def _to_numpy(x: Any) -> Any:
    """The values as a NumPy array."""
    return x.detach().numpy()


def _onnxruntime(rnn: RNN, X: Tensor) -> Implementation:
    """The ONNX operator `RNN`, which takes the weights of torch.nn.RNN."""
    import onnx  # noqa: PLC0415
    import onnxruntime  # noqa: PLC0415

    helper, numpy_helper = onnx.helper, onnx.numpy_helper
    module = rnn.to_torch()
    weights = {"W": module.weight_ih_l0, "R": module.weight_hh_l0}
    biases = [module.bias_ih_l0, module.bias_hh_l0]
    weights["B"] = torch.cat(biases)  # type: ignore[arg-type]
    node = helper.make_node("RNN", ["X", *weights], ["Y"], hidden_size=rnn.hidden_size)
    T, B, I = X.shape
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [node],
        "rnn",
        [value("X", onnx.TensorProto.FLOAT, [T, B, I])],
        [value("Y", onnx.TensorProto.FLOAT, [T, 1, B, rnn.hidden_size])],
        [numpy_helper.from_array(_to_numpy(w)[None], name) for name, w in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    inputs = {"X": X.numpy()}
    return Implementation(None, lambda: session.run(None, inputs)[0][:, 0])


OTHER_LIBRARIES: Mapping[str, tuple[str, Callable[[RNN, Tensor], Implementation]]] = {
    "jax.lax.scan": ("jax", _jax),
    "Keras SimpleRNN": ("keras", _keras),
    "ONNX Runtime": ("onnxruntime", _onnxruntime),
}
