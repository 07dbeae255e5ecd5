"""What each example wants of each weight (slide "Backpropagation: calculus").

The "column matrix containing the changes of each weight and bias for every training example" is
`−∂C₀/∂w`, a column for each example. The mean of the columns is the change that gradient descent
makes, `−∂C/∂w`: "we need to sum up all the derivatives and take their average".
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.func import grad, vmap

from elman.inspection.changes import name_of
from elman.inspection.weights import Cost, cost_at

TOGETHER = 20  # examples whose gradients are computed at once, to bound the memory
ROWS = 24  # weights that the picture shows


def example_gradients(
    w: Tensor, network: nn.Module, cost: Cost, inputs: Tensor, y: Tensor
) -> Tensor:
    """The gradients ∂C₀/∂w of each example's own cost.

    Args:
        w: all weights, in the order of `network.parameters()`, `(n)`.
        network: in evaluation mode, so that nothing is left to chance.
        cost: the mean cost of the examples, of the outputs and y.
        inputs: of the examples, `(N, …)`.
        y: what is wanted of them, `(N, …)`.

    Returns:
        A row for each example, `(N, n)`.

    Raises:
        ValueError: the network holds a `torch.nn.RNN`, through which torch.func cannot see.
    """
    if any(isinstance(module, nn.RNNBase) for module in network.modules()):
        raise ValueError(
            "a network on torch.nn.RNN has no gradients for each example, since torch.func cannot "
            "see through it; one on elman.RNN has (rnn=elman)"
        )

    def own_cost(w: Tensor, x: Tensor, y: Tensor) -> Tensor:  # C₀
        return cost_at(w, network, cost, x[None], y[None])

    of_each = vmap(grad(own_cost), in_dims=(None, 0, 0), chunk_size=TOGETHER)
    gradients: Tensor = of_each(w, inputs, y)
    return gradients


def agreeing(gradients: Tensor) -> int:
    """How many examples cost less where all weights take a little step along −∂C/∂w.

    Args:
        gradients: ∂C₀/∂w of each example, `(N, n)`.
    """
    # dC₀ = ∂C₀/∂w · dw < 0 where dw is along −∂C/∂w = −(1/N) Σ ∂C₀/∂w
    return int((gradients @ gradients.mean(0) > 0).sum())


def strongest(gradients: Tensor, count: int) -> Tensor:
    """The places of the weights that the examples pull at most, in ascending order, `(count)`."""
    return (gradients**2).sum(0).topk(min(count, gradients.shape[1])).indices.sort().values


def plot_column_matrix(
    moments: Mapping[str, Tensor], y: Tensor, network: nn.Module, picture: Path
) -> None:
    """Draws the column matrix at some moments: what each example wants of the strongest weights.

    Args:
        moments: ∂C₀/∂w of the examples at each, by title, `(N, n)`.
        y: numbers of the examples' right classes, by which they stand side by side, `(N)`.
        network: whose weights they are.
        picture: the file to write.
    """
    rows = strongest(torch.cat(list(moments.values())), ROWS)
    names = [name_of(network, int(row)) for row in rows]
    order = y.argsort(stable=True)
    classes, counts = np.unique(y, return_counts=True)
    middles = counts.cumsum() - (counts + 1) / 2
    matrices = [-gradients[order][:, rows].T.numpy() for gradients in moments.values()]
    # One scale for all; one example of a hundred may be beyond it.
    largest = np.percentile(np.abs(matrices), 99)

    figure = Figure(figsize=(12, 4 * len(moments)), layout="constrained")
    axes = figure.subplots(len(moments), 2, squeeze=False, width_ratios=[30, 1])
    for (columns, mean), title, matrix in zip(axes, moments, matrices, strict=True):
        for panel, values in ((columns, matrix), (mean, matrix.mean(1, keepdims=True))):
            image = panel.imshow(
                values,
                aspect="auto",
                interpolation="nearest",
                cmap="RdBu_r",
                vmin=-largest,
                vmax=largest,
            )
        columns.set(title=title, xlabel="examples, by what they show")
        columns.set_xticks(middles, [str(k) for k in classes])
        columns.set_yticks(range(len(rows)), names, fontsize=7)
        mean.set(title="mean", xticks=[], yticks=[])
    label = "−∂C₀/∂w: the weight should increase (red) or decrease (blue)"
    figure.colorbar(image, ax=axes, label=label, shrink=0.6)
    figure.savefig(picture, dpi=120)
