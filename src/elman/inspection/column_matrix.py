"""A plot of the column matrix (slide "Backpropagation: calculus"), see `example_gradients`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from elman.extras import require
from elman.inspection.changes import weight_name

require(__name__, "train", "matplotlib")
from matplotlib.figure import Figure  # noqa: E402 - after the sentence that says what is missing

ROWS = 24  # number of weights in the plot
COLOURS = "RdBu_r"


def largest_gradients(gradients: Tensor, count: int) -> Tensor:
    """The indices of the weights with the largest `Σ (∂C₀/∂w)²`, ascending, `(count)`."""
    return (gradients**2).sum(0).topk(min(count, gradients.shape[1])).indices.sort().values


def plot_column_matrix(
    gradients: Mapping[str, Tensor], y: Tensor, network: nn.Module, path: Path
) -> None:
    """Plots the column matrix −∂C₀/∂w at some times of a training, and the means of its rows.

    The plot shows the weights with the largest gradients. All matrices have one colour scale; each
    mean has its own, since it is much smaller than the columns.

    Args:
        gradients: by title, ∂C₀/∂w of each example, `(N, n)`.
        y: target classes, by which the examples are sorted, `(N)`.
        network: the network.
        path: of the file to write.
    """
    rows = largest_gradients(torch.cat(list(gradients.values())), ROWS)
    names = [weight_name(network, int(row)) for row in rows]
    order = y.argsort(stable=True)
    classes, counts = np.unique(y, return_counts=True)
    centers = counts.cumsum() - (counts + 1) / 2
    matrices = [-each[order][:, rows].T.numpy() for each in gradients.values()]
    limit = np.percentile(np.abs(matrices), 99)  # a few outliers are beyond the scale

    figure = Figure(figsize=(12, 4.8 * len(gradients)), layout="constrained")
    figure.suptitle("−∂C₀/∂w of each example: the weight should increase (red) or decrease (blue)")
    axes = figure.subplots(len(gradients), 4, squeeze=False, width_ratios=[40, 1.5, 1, 1])
    for (columns, mean, *bars), title, matrix in zip(axes, gradients, matrices, strict=True):
        means = matrix.mean(1, keepdims=True)
        for panel, bar, values, largest, label in (
            (columns, bars[0], matrix, limit, "examples: −∂C₀/∂w"),
            (mean, bars[1], means, np.abs(means).max(), "mean: −∂C/∂w"),
        ):
            image = panel.imshow(
                values,
                aspect="auto",
                interpolation="nearest",
                cmap=COLOURS,
                vmin=-largest,
                vmax=largest,
            )
            figure.colorbar(image, cax=bar, label=label, format="%.2g")
        columns.set(title=title, xlabel="examples, sorted by class", ylabel="weight")
        columns.set_xticks(centers, [str(k) for k in classes])
        columns.set_yticks(range(len(rows)), names, fontsize=8)
        mean.set(title="mean", xticks=[], yticks=[])
    figure.savefig(path, dpi=120)
