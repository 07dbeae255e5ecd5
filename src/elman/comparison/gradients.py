"""States and gradients of either layer as float64 arrays, in the layout of the slides."""

import itertools

import torch
from torch import Tensor, nn

from elman.layers import RNN
from elman.reference.nonlinearities import Array


def states_and_gradients(
    rnn: RNN | nn.RNN, X: Tensor, h_0: Tensor, d_output: Tensor, dh_n: Tensor
) -> dict[str, list[Array]]:
    """Runs a forward and a backward pass.

    Args:
        rnn: the layer, with `batch_first` or without.
        X: `(T, B, I)`.
        h_0: `(num_layers·D, B, H)`.
        d_output: ∂C/∂output, `(T, B, D·H)`.
        dh_n: ∂C/∂h_n, `(num_layers·D, B, H)`.

    Returns:
        "output" and "∂X" with time first, "h_n" and "∂h_0", as one array each; "∂U", "∂V" and,
        with biases, "∂b", as one array per layer and direction.
    """
    if rnn.batch_first:
        X, d_output = (x.transpose(0, 1).contiguous() for x in (X, d_output))
    X, h_0 = X.requires_grad_(), h_0.requires_grad_()
    output, h_n = rnn(X, h_0)
    weights = _elman_weights(rnn) if isinstance(rnn, RNN) else _torch_weights(rnn)
    flat = [weight for kind in weights.values() for weight in kind]
    dX, dh_0, *gradients = torch.autograd.grad((output, h_n), (X, h_0, *flat), (d_output, dh_n))
    if rnn.batch_first:
        output, dX = (x.transpose(0, 1) for x in (output, dX))
    tensors = {"output": [output], "h_n": [h_n], "∂X": [dX], "∂h_0": [dh_0]}
    remaining = iter(gradients)
    for name, kind in weights.items():
        tensors[name] = list(itertools.islice(remaining, len(kind)))
    if isinstance(rnn, nn.RNN):  # weight_ih = Uᵀ, weight_hh = Vᵀ
        tensors |= {name: [dW.T for dW in tensors[name]] for name in ("∂U", "∂V")}
    return {name: [to_float64(x) for x in group] for name, group in tensors.items()}


def to_float64(x: Tensor) -> Array:
    """The values as a float64 NumPy array."""
    array: Array = x.detach().cpu().double().numpy()
    return array


def _elman_weights(rnn: RNN) -> dict[str, list[Tensor]]:
    weights: dict[str, list[Tensor]] = {
        "∂U": [cell.U for cell in rnn.cells],
        "∂V": [cell.V for cell in rnn.cells],
    }
    biases: list[Tensor] = [cell.b for cell in rnn.cells if cell.b is not None]
    return weights | ({"∂b": biases} if biases else {})


def _torch_weights(rnn: nn.RNN) -> dict[str, list[Tensor]]:
    # all_weights lists weight_ih, weight_hh, bias_ih, bias_hh of each layer and direction. The
    # gradient of either bias is ∂b.
    kinds = zip(*rnn.all_weights, strict=True)
    return {name: list(kind) for name, kind in zip(("∂U", "∂V", "∂b"), kinds, strict=False)}
