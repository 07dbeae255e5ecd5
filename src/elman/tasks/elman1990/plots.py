"""Plots of the four experiments."""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram

from elman.tasks.elman1990.boundaries import Boundaries
from elman.tasks.elman1990.predictions import Floats, Predictions

STRETCH = 50  # symbols drawn


def plot_positions(errors: Floats, references: Mapping[str, Floats], path: Path) -> None:
    """Draws the error at each position of a cycle.

    Args:
        errors: of the network, `(N)`.
        references: other errors by name, each `(N)`.
        path: of the file to write.
    """
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    positions = np.arange(1, len(errors) + 1)
    axes.plot(positions, errors, "o-", color="C0", label="network")
    for (name, reference), style in zip(references.items(), ("--", ":"), strict=True):
        axes.plot(positions, reference, style, color="0.4", linewidth=1.2, label=name)
    axes.set_xticks(positions)
    axes.set(
        xlabel="position in a cycle of 12 bits", ylabel="mean squared error", ylim=(-0.01, None)
    )
    figure.legend(loc="outside upper center", ncols=3)
    figure.savefig(path, dpi=120)


def plot_stretch(
    predictions: Predictions, rows: Mapping[str, tuple[Floats, Floats]], path: Path
) -> None:
    """Draws errors along the first part of the stream, each above the letter to predict.

    Args:
        predictions: of the stream; the first letter of each unit is marked.
        rows: by name, the errors of the network and of the exact likelihoods, each `(T)`.
        path: of the file to write.
    """
    symbols = predictions.corpus.source.symbols
    letters = [symbols[k] for k in predictions.stream.symbols[1 : STRETCH + 1]]
    first = np.flatnonzero(predictions.positions[:STRETCH] == 0)
    figure = Figure(figsize=(11, 1.2 + 1.8 * len(rows)), layout="constrained")
    all_axes = figure.subplots(len(rows), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, (name, (errors, floors)) in zip(all_axes, rows.items(), strict=True):
        axes.plot(floors[:STRETCH], "--", color="0.5", linewidth=1, label="exact likelihoods")
        axes.plot(errors[:STRETCH], "o-", color="C0", linewidth=1, markersize=3, label="network")
        axes.plot(first, errors[first], "o", color="C1", markersize=5, label="first of a unit")
        axes.set_ylabel(name)
        axes.grid(alpha=0.25)
    axes.set_xticks(range(len(letters)), letters)
    for t in first:
        axes.get_xticklabels()[t].set(color="C1", fontweight="bold")
    axes.set(xlabel="the next letter", xlim=(-0.7, len(letters) - 0.3))
    figure.supylabel("squared error", fontsize="medium")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.savefig(path, dpi=120)


def plot_boundaries(network: Boundaries, exact: Boundaries, path: Path) -> None:
    """Draws precision and recall by threshold, and against each other.

    Args:
        network: by the network's errors.
        exact: by the errors of the exact likelihoods.
        path: of the file to write.
    """
    figure = Figure(figsize=(10, 4), layout="constrained")
    by_threshold, plane = figure.subplots(1, 2)
    for name, color in (("precision", "C0"), ("recall", "C1"), ("f1", "C2")):
        label = "F1" if name == "f1" else name
        by_threshold.plot(network.threshold, getattr(network, name), color=color, label=label)
    best = network.threshold[network.best]
    by_threshold.axvline(best, color="0.4", linestyle="--", linewidth=1)
    by_threshold.set(
        xlabel="threshold on the squared error", title=f"best F1 at {best:.2f}", ylim=(0, 1.02)
    )
    by_threshold.legend(loc="lower left")
    plane.plot(
        exact.recall, exact.precision, color="0.5", linestyle="--", label="exact likelihoods"
    )
    plane.plot(network.recall, network.precision, color="C0", label="network")
    plane.plot(network.recall[network.best], network.precision[network.best], "o", color="C2")
    plane.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02))
    plane.set_title(f"F1 {network.f1.max():.3f}, exact likelihoods {exact.f1.max():.3f}")
    plane.legend(loc="lower left")
    for axes in (by_threshold, plane):
        axes.grid(alpha=0.25)
    figure.savefig(path, dpi=120)


def plot_tree(
    tree: NDArray[np.float64], words: Sequence[str], classes: Mapping[str, Set[str]], path: Path
) -> None:
    """Draws the hierarchical clustering of words.

    Args:
        tree: as of `scipy.cluster.hierarchy.linkage`.
        words: the leaves.
        classes: words by class; the last class that has a word gives its colour.
        path: of the file to write.
    """
    figure = Figure(figsize=(7, 7.5), layout="constrained")
    axes = figure.subplots()
    dendrogram(
        tree,
        labels=list(words),
        orientation="left",
        ax=axes,
        leaf_font_size=10,
        color_threshold=0,
        above_threshold_color="0.3",
    )
    colors = {name: f"C{k}" for k, name in enumerate(classes)}
    used = {}
    for label in axes.get_yticklabels():
        name = [name for name, members in classes.items() if label.get_text() in members][-1]
        label.set_color(colors[name])
        used[name] = colors[name]
    handles = [axes.plot([], [], "s", color=color)[0] for color in used.values()]
    figure.legend(handles, list(used), loc="outside upper center", ncols=len(used))
    axes.set_xlabel("distance of the mean states")
    axes.spines[["left", "top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)
