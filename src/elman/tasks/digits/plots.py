"""What an autoencoder makes of pictures, as a picture."""

import math
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor

from elman.tasks.digits.principal_components import principal_components


def plot_reconstructions(rows: dict[str, Tensor], path: Path) -> None:
    """Draws pictures in rows, one under the other what is the same.

    Args:
        rows: for each row's name its square pictures, brightness from 0 to 1, `(N, side²)`.
        path: of the file to write.
    """
    N, pixels = next(iter(rows.values())).shape
    side = math.isqrt(pixels)
    figure = Figure(figsize=(N * 0.7 + 1.2, len(rows) * 0.8), layout="constrained")
    for axes, (name, pictures) in zip(figure.subplots(len(rows), 1), rows.items(), strict=True):
        strip = pictures.view(N, side, side).transpose(0, 1).flatten(1)  # (side, N·side)
        axes.imshow(strip.numpy(force=True), cmap="gray_r", vmin=0, vmax=1)
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    figure.savefig(path, dpi=120)


def plot_codes(codes: Tensor, digits: Tensor, path: Path) -> None:
    """Draws each code as its digit, seen from where codes differ most.

    Args:
        codes: `(N, code_size)`.
        digits: what was coded, `(N)`.
        path: of the file to write.
    """
    across, up = principal_components(codes, 2).encode(codes).T
    figure = Figure(figsize=(7, 6), layout="constrained")
    axes = figure.subplots()
    for digit in torch.unique(digits).tolist():
        of_it = digits == digit
        axes.scatter(
            across[of_it].numpy(force=True),
            up[of_it].numpy(force=True),
            marker=f"${digit}$",
            color=f"C{digit}",
            linewidths=0.3,
        )
    axes.set(xlabel="first principal component of the codes", ylabel="second", aspect="equal")
    figure.savefig(path, dpi=120)
