"""The gradient of a whole sequence: a loop over the time steps."""

import torch
from torch import Tensor

from elman.forward_gradients.arguments import check_tensor
from elman.forward_gradients.base import ForwardGradients, Gradients


def sequence_gradients(method: ForwardGradients, X: Tensor, dC_dh: Tensor) -> Gradients:
    """`∂C/∂w = Σ_t ∂C_t/∂h_t · ∂h_t/∂w`.

    Args:
        method: at the start of the sequence.
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        dC_dh: `∂C_t/∂h_t`, the gradient through the output at each time step alone, `(T, B, H)`;
            zero at padding.

    Returns:
        The gradients of `C = Σ_t C_t`.

    Raises:
        TypeError: X or dC_dh is not a tensor.
        ValueError: a shape, dtype or device is wrong.
    """
    check_tensor("X", X, "(T, B, I)", ("T", len(method.h_t), len(method.U)), like=method.U)
    check_tensor("dC_dh", dC_dh, "(T, B, H)", (len(X), *method.h_t.shape), like=method.U)
    total = Gradients(*(torch.zeros_like(w) for w in (method.U, method.V, method.b)))
    for X_t, dC_dh_t in zip(X, dC_dh, strict=True):
        method.step(X_t)
        total = Gradients(*map(torch.add, total, method.gradients(dC_dh_t)))
    return total
