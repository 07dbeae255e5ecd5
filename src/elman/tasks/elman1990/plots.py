"""Plots of the four experiments."""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Protocol

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.cluster.hierarchy import dendrogram

from elman.tasks.elman1990.predictions import Floats, Predictions

STRETCH = 50  # symbols drawn


class Curve(Protocol):
    """Precision, recall and F1 by threshold, each `(N)`."""

    threshold: Floats
    precision: Floats
    recall: Floats
    f1: Floats
    best: int


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


def plot_stretch(predictions: Predictions, rows: Mapping[str, Floats], path: Path) -> None:
    """Draws errors along a part of the stream, each with the letter to predict.

    Args:
        predictions: of the stream; the first letter of each unit is marked.
        rows: errors by name, each `(T)`.
        path: of the file to write.
    """
    symbols = predictions.corpus.source.symbols
    figure = Figure(figsize=(11, 0.6 + 2 * len(rows)), layout="constrained")
    [*all_axes] = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    shown = slice(0, STRETCH)
    first = np.flatnonzero(predictions.positions[shown] == 0)
    letters = [symbols[k] for k in predictions.stream.symbols[1:][shown]]
    for axes, (name, errors) in zip(all_axes, rows.items(), strict=True):
        time, drawn = np.arange(len(letters)), errors[shown]
        axes.plot(time, drawn, "-", color="C0", linewidth=1)
        axes.plot(time, drawn, "o", color="C0", markersize=3)
        axes.plot(first, drawn[first], "o", color="C1", markersize=5)
        for t, letter in enumerate(letters):
            axes.annotate(letter, (t, drawn[t]), (0, 5), textcoords="offset points", ha="center")
        axes.set(ylabel=name, ylim=(-0.03 * drawn.max(), 1.18 * drawn.max()))
        axes.grid(alpha=0.25)
    all_axes[-1].set(xlabel="time step", xlim=(-0.7, len(letters) - 0.3))
    figure.suptitle("squared error of the next letter (orange: the first of a unit)", fontsize=11)
    figure.savefig(path, dpi=120)


def plot_boundaries(network: Curve, exact: Curve, path: Path) -> None:
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
