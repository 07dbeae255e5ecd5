"""Engine `bptt`: backpropagation through time derived by hand, on tensor operations.

With `∂` short for the gradient of the cost C, the slides' chain rule gives, from the last time
step to the first,

    ∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ        through the output at t, and through all later times
    ∂a_t = ∂h_t ∘ f′(a_t)

and then, since every time step uses the same U, V and b,

    ∂U = Σ_t X_tᵀ ∂a_t     ∂V = Σ_t h_{t−1}ᵀ ∂a_t     ∂b = Σ_t ∂a_t
    ∂X_t = ∂a_t Uᵀ         ∂h_0 = ∂a_1 Vᵀ

Only two operations per time step depend on the neighbouring step, forward and backward. All others
run outside the loops, for many time steps at once. `reference.recurrence` has the derivation.
"""

import torch
from torch import Tensor

from elman.equations import DERIVATIVES, Nonlinearity
from elman.recurrence.autograd import Gradients, Passes, apply_passes, check_known_derivative

# Time steps for which f′ is computed at once: a compromise between speed and memory.
CHUNK = 16

# f in place.
IN_PLACE: dict[Nonlinearity, Nonlinearity] = {
    torch.tanh: torch.tanh_,
    torch.relu: torch.relu_,
    torch.sigmoid: torch.sigmoid_,
}


def bptt(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity = torch.tanh,
    padding_mask: Tensor | None = None,
) -> Tensor:
    """As `unrolled`, but faster and with the gradients above; higher derivatives work, too.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: one of `torch.tanh`, `torch.relu` and `torch.sigmoid`.
        padding_mask: true at padding time steps, `(T, B, 1)`; None: no padding.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero at padding.

    Raises:
        ValueError: `f` is another function, or the arguments are complex.
    """
    check_known_derivative("bptt", X, f)
    return apply_passes(PASSES, X, h_0, U, V, b, f, padding_mask)


def _forward(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    padding_mask: Tensor | None,
) -> Tensor:
    """`h_1 … h_T`."""
    # X_t U + b does not depend on h_{t−1}: one product for all time steps.
    a = X.new_empty(len(X), *h_0.shape)  # (T, B, H)
    torch.addmm(b, X.flatten(0, 1), U, out=a.view(-1, h_0.shape[1]))
    f_in_place = IN_PLACE[f]
    h_t = h_0
    for t, a_t in enumerate(a):
        # a_t = X_t U + h_{t−1} V + b
        a_t.addmm_(h_t, V)
        # h_t = f(a_t)
        h_t = f_in_place(a_t)
        if padding_mask is not None:
            h_t.masked_fill_(padding_mask[t], 0)
    return a  # every a_t has been overwritten with its h_t


def _backward(
    dh: Tensor,
    h: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    needs_grad: tuple[bool, ...],
) -> Gradients:
    """The gradients of X, h_0, U, V and b; None where not needed."""
    X, h_0, U, V, _ = inputs
    da = preactivation_gradients(dh, h, V, f)
    da_rows = da.flatten(0, 1)  # (T B, H): a sum over t and the batch is one product
    da_1 = da[:1].sum(0)  # zero if there are no time steps
    dX = dh_0 = dU = dV = db = None
    if needs_grad[0]:  # ∂X_t = ∂a_t Uᵀ
        dX = (da_rows @ U.T).view_as(X)
    if needs_grad[1]:  # ∂h_0 = ∂a_1 Vᵀ
        dh_0 = da_1 @ V.T
    if needs_grad[2]:  # ∂U = Σ_t X_tᵀ ∂a_t
        dU = X.flatten(0, 1).T @ da_rows
    if needs_grad[3]:  # ∂V = Σ_t h_{t−1}ᵀ ∂a_t, the term h_0ᵀ ∂a_1 added first
        dV = torch.addmm(h_0.T @ da_1, h[:-1].flatten(0, 1).T, da[1:].flatten(0, 1))
    if needs_grad[4]:  # ∂b = Σ_t ∂a_t
        db = da_rows.sum(0)
    return [dX, dh_0, dU, dV, db]


def preactivation_gradients(dh: Tensor, h: Tensor, V: Tensor, f: Nonlinearity) -> Tensor:
    """`∂C/∂a_1 … ∂C/∂a_T`.

    Args:
        dh: `∂C_t/∂h_t`, the gradient through the output at each t, `(T, B, H)`.
        h: `h_1 … h_T`, `(T, B, H)`.
        V: `(H, H)`.
        f: one of `torch.tanh`, `torch.relu` and `torch.sigmoid`.

    Returns:
        `(T, B, H)`.
    """
    da = dh.clone(memory_format=torch.contiguous_format)  # ∂C_t/∂h_t, then overwritten with ∂a_t
    V_T = V.T
    da_next = None
    for h_chunk, da_chunk in zip(
        reversed(torch.split(h, CHUNK)), reversed(torch.split(da, CHUNK)), strict=True
    ):
        f_prime = DERIVATIVES[f](h_chunk)
        for da_t, f_prime_t in zip(
            reversed(da_chunk.unbind()), reversed(f_prime.unbind()), strict=True
        ):
            if da_next is not None:
                # ∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ
                da_t.addmm_(da_next, V_T)
            # ∂a_t = ∂h_t ∘ f′(a_t)
            da_t.mul_(f_prime_t)
            da_next = da_t
    return da


PASSES = Passes(_forward, _backward)
