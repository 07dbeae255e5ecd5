"""A plot of the gradients through time."""

from pathlib import Path

import numpy as np
import torch

from elman.extras import require
from elman.inspection.gradient_flow.flow import CellFlow, GradientFlow
from elman.inspection.gradient_flow.memory_length import (
    has_lags,
    memory_length,
    profile_quantiles,
)
from elman.inspection.gradient_flow.saturation import THRESHOLD, saturation
from elman.inspection.gradient_flow.underflow import underflow

require(__name__, "train", "matplotlib")
from matplotlib.axes import Axes  # noqa: E402 - after the sentence that says what is missing
from matplotlib.colors import ListedColormap, LogNorm  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402

DECADES = 12  # of the colour scale
LOST = "tab:red"
GRADIENT = r"\|\partial C_s/\partial h_t\|"


def plot_gradient_flow(file: str | Path, flow: GradientFlow) -> None:
    """Plots the gradients, how far back they reach, and the saturation; a row for each cell.

    Args:
        file: the picture to write.
        flow: of all cells.
    """
    draw_gradient_flow(flow).savefig(file, dpi=120)


def draw_gradient_flow(flow: GradientFlow) -> Figure:
    """The figure of `plot_gradient_flow`."""
    figure = Figure(figsize=(15, 4.4 * len(flow.cells)), layout="constrained")
    rows = figure.subplots(len(flow.cells), 3, squeeze=False)
    for (gradients, profile, slopes), cell in zip(rows, flow.cells, strict=True):
        if len(cell.G) == 1:
            _draw_single_cost(gradients, cell)
        else:
            _draw_matrix(gradients, cell)
        _draw_profile(profile, cell)
        _draw_saturation(slopes, cell)
    return figure


def _draw_matrix(axes: Axes, flow: CellFlow) -> None:
    """G of the first sequence as colours."""
    G = flow.G[:, :, 0].cpu()
    axes.set(
        title=f"{flow.name}: gradient of each cost\nwith respect to each state (first sequence)",
        xlabel="time step t of the state",
        ylabel="time step s of the cost",
    )
    if not (G > 0).any():
        return
    largest = float(G.max())
    smallest = max(float(G[G > 0].min()), largest / 10**DECADES)
    norm = LogNorm(smallest, largest)
    shown = G.where(G > 0, torch.nan).numpy()
    image = axes.imshow(shown, norm=norm, cmap="viridis", aspect="auto")
    extend = "min" if np.nanmin(shown) < smallest else "neither"
    axes.figure.colorbar(image, ax=axes, label=rf"${GRADIENT}$ (logarithmic)", extend=extend)
    lost = underflow(flow).zero[:, :, 0].cpu().numpy()
    if lost.any():
        marks = np.where(lost, 1.0, np.nan)
        axes.imshow(marks, cmap=ListedColormap([LOST]), aspect="auto")
        label = "exactly 0: too small for float64"
        axes.legend(handles=[Patch(color=LOST, label=label)], loc="upper right")


def _draw_single_cost(axes: Axes, flow: CellFlow) -> None:
    """`‖∂C/∂h_t‖` of each sequence over time."""
    norms = flow.G[0].masked_fill(flow.padding, torch.nan).cpu()  # (T, B)
    axes.plot(norms, linewidth=1, alpha=0.7)
    axes.set(
        title=f"{flow.name}: gradient of the cost\nwith respect to each state, by sequence",
        xlabel="time step t of the state",
        ylabel=r"$\|\partial C/\partial h_t\|$",
        yscale="log",
    )


def _draw_profile(axes: Axes, flow: CellFlow) -> None:
    axes.set(
        title="how far back the gradient reaches",
        xlabel="lag k: time steps between the state and the cost",
        ylabel=r"$\sum_s \|\partial C_s/\partial h_{s-k}\|$",
    )
    if not has_lags(flow):
        message = "no lag: the costs are those\nof other time steps"
        axes.text(0.5, 0.5, message, transform=axes.transAxes, ha="center", va="center")
        return
    low, middle, high = profile_quantiles(flow).cpu().numpy()
    k = np.arange(len(middle))
    axes.plot(k, middle, label="median of the sequences")
    axes.fill_between(k, low, high, alpha=0.3, label="10 % to 90 %")
    length = float(memory_length(flow).double().median())
    label = f"95 % lie within {length:g} steps"
    axes.axvline(length, color="tab:orange", linestyle="--", label=label)
    axes.set_yscale("log")
    axes.legend(loc="upper right", fontsize="small")


def _draw_saturation(axes: Axes, flow: CellFlow) -> None:
    axes.set(title="saturation of f", xlabel="time step t", ylim=(-0.02, 1.02))
    if flow.slope is None:
        axes.text(0.5, 0.5, "f′ is not known", transform=axes.transAxes, ha="center", va="center")
        return
    share, mean = (x.nanmean(1).cpu().numpy() for x in saturation(flow))
    axes.plot(mean, label=r"mean slope $f'(a_t)$")
    axes.plot(share, label=rf"share of units with $f'(a_t) < {THRESHOLD:g}$")
    axes.legend(loc="center right")
