"""Engine `bptt`: backpropagation through time derived by hand, on tensor operations.

With `∂` short for the gradient of the cost C, the slides' chain rule gives, from the last time
step to the first,

    ∂h_t = ∂C_t/∂h_t + ∂a_{t+1} Vᵀ        what the output says of h_t, and all later times
    ∂a_t = ∂h_t ∘ f′(a_t)

and then, since every time step uses the same U, V and b,

    ∂U = Σ_t X_tᵀ ∂a_t     ∂V = Σ_t h_{t−1}ᵀ ∂a_t     ∂b = Σ_t ∂a_t
    ∂X_t = ∂a_t Uᵀ         ∂h_0 = ∂a_1 Vᵀ

Only two operations a time step have to wait for their neighbour, forward and backward. All else
is one operation for many time steps, outside the loops. `reference.recurrence` derives the same
line by line.
"""

import torch
from torch import Tensor

from elman.equations import DERIVATIVES, Nonlinearity
from elman.recurrence.autograd import Gradients, Passes, check_derivable, differentiable

# Time steps whose f′ is computed at once: enough to be quick, too few to take much memory.
CHUNK = 16

# f in the memory of its argument.
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
    ended: Tensor | None = None,
) -> Tensor:
    """The states of `unrolled`, faster, with the gradients above; differentiates twice and more.

    Args:
        X: inputs `X_1 … X_T`, `(T, B, I)`.
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: one of `torch.tanh`, `torch.relu` and `torch.sigmoid`.
        ended: where sequences differ in length, true after a sequence's end, `(T, B, 1)`.

    Returns:
        `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end.

    Raises:
        ValueError: `f` is another function, whose derivative is not known here, or the numbers
            are complex.
    """
    check_derivable("bptt", X, f)
    return differentiable(PASSES, X, h_0, U, V, b, f, ended)


def _forward(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity,
    ended: Tensor | None,
) -> Tensor:
    """`h_1 … h_T`."""
    # X_t U + b does not wait for h_{t−1}: one product for all time steps.
    a = X.new_empty(len(X), *h_0.shape)  # (T, B, H)
    torch.addmm(b, X.flatten(0, 1), U, out=a.view(-1, h_0.shape[1]))
    f_in_place = IN_PLACE[f]
    h_t = h_0
    for t, a_t in enumerate(a):
        # a_t = X_t U + h_{t−1} V + b
        a_t.addmm_(h_t, V)
        # h_t = f(a_t)
        h_t = f_in_place(a_t)
        if ended is not None:
            h_t.masked_fill_(ended[t], 0)
    return a  # every a_t has been overwritten by its h_t


def _backward(
    dh: Tensor,
    h: Tensor,
    inputs: tuple[Tensor, ...],
    f: Nonlinearity,
    wanted: tuple[bool, ...],
) -> Gradients:
    """The gradients of X, h_0, U, V and b, where they are wanted."""
    X, h_0, U, V, _ = inputs
    da = _preactivation_gradients(dh, h, V, f)
    da_rows = da.flatten(0, 1)  # (T B, H): a sum over t and the batch is one product
    da_1 = da[:1].sum(0)  # zero where there are no time steps
    dX = dh_0 = dU = dV = db = None
    if wanted[0]:  # ∂X_t = ∂a_t Uᵀ
        dX = (da_rows @ U.T).view_as(X)
    if wanted[1]:  # ∂h_0 = ∂a_1 Vᵀ
        dh_0 = da_1 @ V.T
    if wanted[2]:  # ∂U = Σ_t X_tᵀ ∂a_t
        dU = X.flatten(0, 1).T @ da_rows
    if wanted[3]:  # ∂V = Σ_t h_{t−1}ᵀ ∂a_t, of which h_0ᵀ ∂a_1 is apart
        dV = torch.addmm(h_0.T @ da_1, h[:-1].flatten(0, 1).T, da[1:].flatten(0, 1))
    if wanted[4]:  # ∂b = Σ_t ∂a_t
        db = da_rows.sum(0)
    return [dX, dh_0, dU, dV, db]


def _preactivation_gradients(dh: Tensor, h: Tensor, V: Tensor, f: Nonlinearity) -> Tensor:
    """`∂a_1 … ∂a_T`."""
    da = dh.clone(memory_format=torch.contiguous_format)  # ∂C_t/∂h_t, to become ∂a_t
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
