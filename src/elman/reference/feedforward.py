"""Backpropagation through a feedforward network of any depth, layer by layer.

    z^(l) = W^(l) a^(l−1) + b^(l)      a^(l) = σ(z^(l))      C₀ = Σ (a^(L) − y)²

The cost of a training set is the mean of its examples' costs: `C = (1/N) Σ C₀`. The chain rule of
slide "Backpropagation: calculus" starts at the final layer ("Start out with the final layer") and
goes back layer by layer.

1. **∂C₀/∂a^(L)** `= 2 (a^(L) − y)`, since C₀ is a sum of squares.
2. **∂C₀/∂z^(l)** `= ∂a^(l)/∂z^(l) · ∂C₀/∂a^(l) = σ′(z^(l)) · ∂C₀/∂a^(l)`: each neuron's a depends
   only on its own z.
3. **∂C₀/∂w^(l)_jk** `= ∂z^(l)_j/∂w^(l)_jk · ∂C₀/∂z^(l)_j`, where `∂z_j/∂w_jk = a^(l−1)_k`: "the
   activation of the previous neuron plays a large role".
4. **∂C₀/∂b^(l)** `= ∂C₀/∂z^(l)`, since `∂z/∂b = 1`.
5. **∂C₀/∂a^(l−1)_k** `= Σ_j ∂z^(l)_j/∂a^(l−1)_k · ∂C₀/∂z^(l)_j = Σ_j w^(l)_jk ∂C₀/∂z^(l)_j`: the
   neuron affects the cost through all neurons of the next layer. Then repeat from step 2, one layer
   earlier.

"To find the effect of all the weights … we need to sum up all the derivatives and take their
average": each example has its own gradient, and the gradient of C is their mean.
"""

from collections.abc import Sequence
from typing import NamedTuple

from elman.reference.nonlinearities import DERIVATIVES, NONLINEARITIES, Array


class Layer(NamedTuple):
    """The weights of a layer, or their gradients."""

    W: Array
    b: Array


class FeedforwardGradients(NamedTuple):
    """The gradients: ∂C/∂W and ∂C/∂b of each layer, and ∂C/∂a^(0)."""

    layers: list[Layer]
    a: Array


def feedforward(a: Array, layers: Sequence[Layer], σ: str = "sigmoid") -> list[Array]:
    """The activations of all layers, starting with the input.

    Args:
        a: a^(0), `(N, in)`.
        layers: W^(l) `(out, in)` and b^(l) `(out)`, first to last.
        σ: "sigmoid", "relu" or "tanh".

    Returns:
        a^(0) … a^(L), `(N, …)` each.
    """
    activations = [a]
    for W, b in layers:
        # z^(l) = W^(l) a^(l−1) + b^(l)
        z = activations[-1] @ W.T + b
        # a^(l) = σ(z^(l))
        activations.append(NONLINEARITIES[σ](z))
    return activations


def squared_error(a: Array, y: Array) -> Array:
    """`C₀ = Σ (a^(L) − y)²` of each example; `(N, K), (N, K) → (N)`."""
    C: Array = ((a - y) ** 2).sum(axis=-1)
    return C


def squared_error_gradient(a: Array, y: Array) -> Array:
    """`∂C₀/∂a^(L) = 2 (a^(L) − y)` (step 1); `(N, K), (N, K) → (N, K)`."""
    return 2 * (a - y)


def example_gradients(
    dC_da: Array, activations: Sequence[Array], layers: Sequence[Layer], σ: str = "sigmoid"
) -> FeedforwardGradients:
    """The gradients of each example's cost (steps 2 to 5): the slide's column matrix.

    Args:
        dC_da: ∂C₀/∂a^(L), `(N, K)`.
        activations: a^(0) … a^(L), from `feedforward`.
        layers: first to last.
        σ: as in `feedforward`.

    Returns:
        ∂C₀/∂W `(N, out, in)`, ∂C₀/∂b `(N, out)` and ∂C₀/∂a^(0) `(N, in)`.
    """
    gradients: list[Layer] = []
    for (W, b), a_previous in zip(reversed(layers), reversed(activations[:-1]), strict=True):
        z = a_previous @ W.T + b
        # ∂C₀/∂z = ∂a/∂z · ∂C₀/∂a
        dC_dz = DERIVATIVES[σ](z) * dC_da
        # ∂C₀/∂w_jk = ∂C₀/∂z_j a^(l−1)_k      ∂C₀/∂b = ∂C₀/∂z
        gradients.insert(0, Layer(dC_dz[:, :, None] * a_previous[:, None, :], dC_dz))
        # ∂C₀/∂a^(l−1)_k = Σ_j w_jk ∂C₀/∂z_j
        dC_da = dC_dz @ W
    return FeedforwardGradients(gradients, dC_da)


def backpropagation(
    dC_da: Array, activations: Sequence[Array], layers: Sequence[Layer], σ: str = "sigmoid"
) -> FeedforwardGradients:
    """The gradients of `C = (1/N) Σ C₀`: the mean of the examples' gradients.

    Args:
        dC_da: ∂C₀/∂a^(L), `(N, K)`.
        activations: a^(0) … a^(L), from `feedforward`.
        layers: first to last.
        σ: as in `feedforward`.

    Returns:
        ∂C/∂W `(out, in)`, ∂C/∂b `(out)` and ∂C/∂a^(0) `(N, in)`.
    """
    per_example = example_gradients(dC_da, activations, layers, σ)
    means = [Layer(W.mean(axis=0), b.mean(axis=0)) for W, b in per_example.layers]
    return FeedforwardGradients(means, per_example.a / len(dC_da))


def gradient_descent(layers: Sequence[Layer], gradients: Sequence[Layer], η: float) -> list[Layer]:
    """`w ← w − η ∂C/∂w`: one step of gradient descent (slide "Gradient descent")."""
    return [
        Layer(W - η * dW, b - η * db) for (W, b), (dW, db) in zip(layers, gradients, strict=True)
    ]
