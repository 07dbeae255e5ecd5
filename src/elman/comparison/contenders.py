"""The same layer by others, and by each of our engines, to be timed side by side.

All have the weights of one `elman.RNN` and read the same X; those whose library is not installed
(`pip install 'elman[bench]'`) are left out.
"""

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

import torch
from torch import Tensor

from elman.comparison.speed import inference, train_step
from elman.layers import RNN
from elman.recurrence import ENGINES

Call = Callable[[], Any]


class Contender(NamedTuple):
    """One way to compute the layer.

    Attributes:
        train: forward and backward, from the sum of all states to all weights; None: cannot.
        inference: forward; returns the states, `(T, B, H)`.
    """

    train: Call | None
    inference: Call


def contenders(rnn: RNN, X: Tensor) -> dict[str, Contender]:
    """All that are installed and can compute on the device of X, by name."""
    found = {"torch.nn.RNN": _torch(rnn.to_torch(), X)}
    for engine in ("auto", *ENGINES):
        ours = RNN(rnn.input_size, rnn.hidden_size, device=X.device, engine=engine)
        ours.load_state_dict(rnn.state_dict())
        if engine != "compiled" or X.device.type == "cpu":
            found[f"elman {engine}"] = _torch(ours, X)
    if X.device.type == "cpu":
        for name, (library, make) in OTHERS.items():
            if find_spec(library) is not None:
                found[name] = make(rnn, X)
    return found


def _torch(rnn: torch.nn.Module, X: Tensor) -> Contender:
    return Contender(lambda: train_step(rnn, X), lambda: inference(rnn, X))


def _jax(rnn: RNN, X: Tensor) -> Contender:
    import jax  # noqa: PLC0415 - each library is loaded only where it is timed
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
    return Contender(
        lambda: jax.block_until_ready(train(weights, x)),
        lambda: jax.block_until_ready(forward(weights, x)),
    )


def _keras(rnn: RNN, X: Tensor) -> Contender:
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import jax  # noqa: PLC0415
    import keras  # noqa: PLC0415

    layer = keras.layers.SimpleRNN(rnn.hidden_size, return_sequences=True)
    x = jax.numpy.asarray(X.transpose(0, 1).contiguous().numpy())
    layer.build(x.shape)
    layer.set_weights([_to_numpy(w) for w in (rnn.U, rnn.V, rnn.b)])
    weights = [variable.value for variable in layer.trainable_variables]
    others = [variable.value for variable in layer.non_trainable_variables]

    def states(weights: Any, X: Any) -> Any:
        return layer.stateless_call(weights, others, X)[0]

    train = jax.jit(jax.grad(lambda weights, X: states(weights, X).sum()))
    forward = jax.jit(states)
    return Contender(
        lambda: jax.block_until_ready(train(weights, x)),
        lambda: jax.block_until_ready(forward(weights, x)).transpose(1, 0, 2),
    )


def _to_numpy(x: Any) -> Any:
    """The same numbers in NumPy."""
    return x.detach().numpy()


def _onnxruntime(rnn: RNN, X: Tensor) -> Contender:
    """ONNX's own operator `RNN`, whose weights are those of torch.nn.RNN."""
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
    return Contender(None, lambda: session.run(None, inputs)[0][:, 0])


OTHERS: Mapping[str, tuple[str, Callable[[RNN, Tensor], Contender]]] = {
    "jax.lax.scan": ("jax", _jax),
    "Keras SimpleRNN": ("keras", _keras),
    "ONNX Runtime": ("onnxruntime", _onnxruntime),
}
