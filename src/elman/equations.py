"""Every equation of the slides, one pure function each, in the slides' own symbols.

Each function has the field's usual name. Its docstring starts with the equation and gives the
shape of each symbol; a comment above names the slide. Sizes: `T` time steps, `B` sequences in a
batch, `I` inputs, `H` hidden units, `K` outputs; `…` is any number of leading dimensions.

A batch is stored in rows. Where the slide multiplies a column vector from the left (`W a`,
`W h_t`), the code multiplies a row vector from the right (`a Wᵀ`). The numbers are the same.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Nonlinearity = Callable[[Tensor], Tensor]

# Slide "How the network works" (σ) and slide "Math behind RNN" (f): the nonlinearities by name.
NONLINEARITIES: dict[str, Nonlinearity] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
}

# f′(a) as a function of h = f(a): backpropagation then needs only h, and a need not be stored.
DERIVATIVES: dict[Nonlinearity, Nonlinearity] = {
    torch.tanh: lambda h: 1 - h * h,
    torch.relu: lambda h: (h <= 0).logical_not().to(h.dtype),  # 1 where h is NaN, as in torch
    torch.sigmoid: lambda h: h * (1 - h),
}


def has_derivative(f: Nonlinearity) -> bool:
    """Whether f′ is in `DERIVATIVES`."""
    try:
        return f in DERIVATIVES
    except TypeError:  # f is not hashable
        return False


# ------------------------------------------------------------ slide "How the network works"


def weighted_sum(a: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """`z = W a + b`.

    Args:
        a: activations of the previous layer, `(…, in)`.
        W: weights, `(out, in)`.
        b: biases, `(out)`.

    Returns:
        z: `(…, out)`.
    """
    return a @ W.T + b


def activation(z: Tensor, σ: Nonlinearity) -> Tensor:
    """`a = σ(z)`: sigmoid or ReLU, elementwise; `(…, out) → (…, out)`."""
    return σ(z)


# ------------------------------------------------------------------ slide "Gradient descent"


def squared_error(a: Tensor, y: Tensor) -> Tensor:
    """`C₀ = Σ (a^(L) − y)²`: the cost of each training example.

    Args:
        a: activations of the last layer, `(…, K)`.
        y: the target values, `(…, K)`.

    Returns:
        C₀: `(…)`. The cost of a training set is the mean over its examples.
    """
    return ((a - y) ** 2).sum(-1)


# ---------------------------------------------------------- slide "Backpropagation: calculus"


def squared_error_gradient(a: Tensor, y: Tensor) -> Tensor:
    """`∂C₀/∂a^(L) = 2 (a^(L) − y)`; `(…, K) → (…, K)`."""
    return 2 * (a - y)


def activation_gradient(a: Tensor, σ: Nonlinearity) -> Tensor:
    """`∂a/∂z = σ′(z)`, computed from `a = σ(z)`; `(…, out) → (…, out)`."""
    return DERIVATIVES[σ](a)


def weight_gradient(a_previous: Tensor, dC_dz: Tensor) -> Tensor:
    """`∂C₀/∂w^(L) = ∂z/∂w · ∂a/∂z · ∂C₀/∂a`, where `∂z/∂w = a^(L−1)`.

    Args:
        a_previous: `a^(L−1)`, `(…, in)`.
        dC_dz: `∂C₀/∂z = ∂a/∂z · ∂C₀/∂a`, `(…, out)`.

    Returns:
        ∂C₀/∂W of each example, `(…, out, in)`. The slide then averages over the examples.
    """
    return dC_dz.unsqueeze(-1) * a_previous.unsqueeze(-2)


def previous_activation_gradient(dC_dz: Tensor, W: Tensor) -> Tensor:
    """`∂C₀/∂a^(L−1) = Wᵀ ∂C₀/∂z`, for the previous layer; `(…, out) → (…, in)`."""
    return dC_dz @ W


# ------------------------------------------------------------------- slide "Math behind RNN"


def preactivation(X_t: Tensor, h_previous: Tensor, U: Tensor, V: Tensor, b: Tensor) -> Tensor:
    """`a_t = X_t U + h_{t−1} V + b`.

    Args:
        X_t: input at time t, `(…, I)`.
        h_previous: hidden state `h_{t−1}`, `(…, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.

    Returns:
        a_t: `(…, H)`.
    """
    return X_t @ U + h_previous @ V + b


def hidden_state(a_t: Tensor, f: Nonlinearity) -> Tensor:
    """`h_t = f(a_t)`, elementwise; `(…, H) → (…, H)`."""
    return f(a_t)


def readout(h_t: Tensor, W: Tensor, c: Tensor) -> Tensor:
    """`O_t = c + W h_t`.

    Args:
        h_t: hidden state, `(…, H)`.
        W: `(K, H)`.
        c: `(K)`.

    Returns:
        O_t: `(…, K)`.
    """
    return c + h_t @ W.T


def softmax(O_t: Tensor) -> Tensor:
    """`ŷ_t = softmax(O_t)`, where `softmax(z_i) = exp(z_i) / Σ_j exp(z_j)`.

    Subtracting the maximum from every `z` prevents overflow and does not change the result.

    Args:
        O_t: `(…, K)`.

    Returns:
        ŷ_t: `(…, K)`, positive; sums to 1 over the last dimension.
    """
    exp = torch.exp(O_t - O_t.amax(-1, keepdim=True))
    return exp / exp.sum(-1, keepdim=True)


# ------------------------------------------------------ slide "Back propagation through time"


def sequence_cost(costs: Tensor, mask: Tensor | None = None) -> Tensor:
    """`C = (1/T) Σ_t C_t`: "always the average of the costs of each of the time steps".

    Args:
        costs: `C_t` of each time step, `(T, …)`.
        mask: for sequences of different lengths: true at time steps that are not padding,
            `(T, …)`.

    Returns:
        C: scalar, the mean over all time steps that are not padding.
    """
    return costs.mean() if mask is None else costs[mask].mean()


def hidden_gradient(dC_dh_own: Tensor, dC_da_next: Tensor, V: Tensor) -> Tensor:
    """`∂C/∂h_t = ∂C_t/∂h_t + ∂C/∂a_{t+1} Vᵀ`: the gradient at t depends on all later times.

    Args:
        dC_dh_own: `∂C_t/∂h_t`, the gradient through the output at time t, `(…, H)`.
        dC_da_next: `∂C/∂a_{t+1}`, the gradient from time t+1, `(…, H)`.
        V: `(H, H)`.

    Returns:
        ∂C/∂h_t: `(…, H)`.
    """
    return dC_dh_own + dC_da_next @ V.T
