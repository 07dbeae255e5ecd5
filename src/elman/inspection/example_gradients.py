"""The gradient of each example's own cost (slide "Backpropagation: calculus").

The "column matrix containing the changes of each weight and bias for every training example" is
`−∂C₀/∂w`, a column for each example. The mean of the columns is the change of gradient descent,
`−∂C/∂w`: "we need to sum up all the derivatives and take their average".
"""

from torch import Tensor, nn
from torch.func import grad, vmap

from elman.inspection.weights import Cost, cost_at

CHUNK_SIZE = 20  # number of examples whose gradients are computed together; bounds the memory


def example_gradients(
    w: Tensor, network: nn.Module, cost: Cost, inputs: Tensor, y: Tensor
) -> Tensor:
    """The gradients ∂C₀/∂w of each example's own cost.

    Args:
        w: all weights and biases, in the order of `network.parameters()`, `(n)`.
        network: in evaluation mode, without dropout.
        cost: the mean cost of the examples, of outputs and targets.
        inputs: inputs of the examples, `(N, …)`.
        y: targets of the examples, `(N, …)`.

    Returns:
        A row for each example, `(N, n)`.

    Raises:
        ValueError: the network holds a `torch.nn.RNN`, which torch.func does not support.
    """
    if any(isinstance(module, nn.RNNBase) for module in network.modules()):
        raise ValueError(
            "the gradients of single examples need a network on elman.RNN (rnn=elman), since "
            "torch.func does not support torch.nn.RNN"
        )

    def example_cost(w: Tensor, x: Tensor, y: Tensor) -> Tensor:  # C₀
        return cost_at(w, network, cost, x[None], y[None])

    gradient_of_each = vmap(grad(example_cost), in_dims=(None, 0, 0), chunk_size=CHUNK_SIZE)
    gradients: Tensor = gradient_of_each(w, inputs, y)
    return gradients


def count_improving(gradients: Tensor) -> int:
    """The number of examples whose own cost decreases in a small step along −∂C/∂w.

    Args:
        gradients: ∂C₀/∂w of each example, `(N, n)`.
    """
    # dC₀ = ∂C₀/∂w · dw < 0, where dw is a step along −∂C/∂w = −(1/N) Σ ∂C₀/∂w
    return int((gradients @ gradients.mean(0) > 0).sum())
