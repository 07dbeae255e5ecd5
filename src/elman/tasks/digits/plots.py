"""Plots of images, their reconstructions and their codes."""

import math
from pathlib import Path

import torch
from matplotlib.figure import Figure
from sklearn.decomposition import PCA
from torch import Tensor


def plot_reconstructions(rows: dict[str, Tensor], path: Path) -> None:
    """Draws rows of images, such that a column shows one image and its reconstructions.

    Args:
        rows: by name, square images with a brightness from 0 to 1, `(N, side²)`.
        path: of the file to write.
    """
    N, pixels = next(iter(rows.values())).shape
    side = math.isqrt(pixels)
    figure = Figure(figsize=(N * 0.7 + 1.6, len(rows) * 0.8), layout="compressed")
    for axes, (name, images) in zip(figure.subplots(len(rows), 1), rows.items(), strict=True):
        strip = images.view(N, side, side).transpose(0, 1).flatten(1)  # (side, N·side)
        axes.imshow(strip.numpy(force=True), cmap="gray_r", vmin=0, vmax=1)
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    figure.savefig(path, dpi=120)


def plot_codes(codes: Tensor, digits: Tensor, path: Path) -> None:
    """Draws each code as its digit, at its first two principal components.

    Args:
        codes: `(N, code_size)`.
        digits: labels of the images, `(N)`.
        path: of the file to write.
    """
    pca = PCA(2, svd_solver="full")
    x, y = pca.fit_transform(codes.numpy(force=True)).T
    figure = Figure(figsize=(8, 7), layout="compressed")
    axes = figure.subplots()
    for digit in torch.unique(digits).tolist():
        own = (digits == digit).numpy()
        axes.scatter(
            x[own],
            y[own],
            s=50,
            marker=f"${digit}$",
            color=f"C{digit}",
            linewidths=0.3,
            label=str(digit),
        )
    first, second = pca.explained_variance_ratio_
    axes.set(
        xlabel=f"first principal component of the codes ({first:.0%} of the variance)",
        ylabel=f"second principal component ({second:.0%})",
        aspect="equal",
    )
    figure.legend(loc="outside right center", title="digit")
    figure.savefig(path, dpi=120)
