"""A plot of each method's error against the number of gradients that are averaged."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from elman.extras import require
from elman.forward_gradients.bias_and_variance import GradientError

require(__name__, "train", "matplotlib")
from matplotlib.figure import Figure  # noqa: E402 - after the sentence that says what is missing

N = np.geomspace(10, 100_000, 50)
HIGHEST = 1.5  # error in the plot: above it there is only noise


def plot_errors(errors: Sequence[GradientError], title: str, path: Path | str) -> None:
    """Plots the error of the mean of N gradients: `√(variance / N)` if there is noise, else bias.

    Args:
        errors: of the methods.
        title: of the plot.
        path: of the file to write.
    """
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    widths = np.linspace(5, 1, len(errors))  # a line does not hide an equal one below it
    for error, width in zip(errors, widths, strict=True):
        if error.variance > 0:
            label, y = f"{error.method}: noise", np.sqrt(error.variance / N)
        else:
            label, y = f"{error.method}: bias", np.full_like(N, error.bias)
        axes.plot(N, y, linewidth=width, label=label)
    axes.set(
        title=title,
        xscale="log",
        xlabel="N, the number of gradients in the mean",
        ylabel="error / length of BPTT's gradient",
        xlim=(N[0], N[-1]),
        ylim=(-0.03, HIGHEST),
    )
    axes.grid(alpha=0.25)
    axes.legend()
    figure.savefig(path)
