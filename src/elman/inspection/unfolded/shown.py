"""What the page shows of each cell: the last time steps, a few units, short numbers."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn

from elman.inspection.gradient_flow import CellFlow, GradientFlow
from elman.inspection.unfolded.example import Example
from elman.inspection.unfolded.numbers import short
from elman.inspection.unfolded.predictions import Prediction
from elman.inspection.unfolded.reach import Reach, reach
from elman.inspection.unfolded.texts import texts_of

UNITS = 8  # hidden units of the drawing


class ShownCost(NamedTuple):
    """A cost C_s.

    Attributes:
        s: its time step, from 1; None: there is only one cost.
        t: the column of the output that it belongs to; None: it belongs to no single one.
        C: its value, of which the cost C is the average.
    """

    s: int | None
    t: int | None
    C: float


class ShownCell(NamedTuple):
    """The flow of one cell, for one sequence. The columns are in the order in which it reads.

    Attributes:
        name: in words.
        times: the time step of each of the T columns, from 1.
        tokens: what the cell reads, a text for each column.
        costs: S costs, in the order of their columns.
        predictions: of each column; None where there is no output, or no probabilities.
        size: H, the number of units.
        units: the indices of the K units that are shown, in order.
        h: `h_t` of these units, `(T, K)`.
        norm: `‖h_t‖` of all units, `(T)`.
        G: `‖∂C_s/∂h_t‖`, `(S, T)`.
        all: `‖∂C/∂h_t‖`, `(T)`.
        through: the norm of what arrives from the other time steps, `‖∂C/∂h_t − ∂C_t/∂h_t‖`, `(T)`.
        gradient: `Σ_s ∂C_s/∂h_t` of the shown units, `(T, K)`.
        backpropagated: `∂C/∂h_t` by one backward pass, `(T, K)`.
        slope: `f′(a_t)`, `(T, K)`; None if it is not known.
        reach: how far back its gradients reach, of all time steps.
    """

    name: str
    times: list[int]
    tokens: list[str]
    costs: list[ShownCost]
    predictions: list[Prediction | None]
    size: int
    units: list[int]
    h: list[list[float]]
    norm: list[float]
    G: list[list[float]]
    all: list[float]
    through: list[float]
    gradient: list[list[float]]
    backpropagated: list[list[float]]
    slope: list[list[float]] | None
    reach: Reach


def shown_cells(
    flow: GradientFlow,
    network: nn.Module,
    example: Example,
    steps: int,
    predictions: Sequence[Prediction] = (),
) -> list[ShownCell]:
    """What the page shows of each cell of a network, at most the last `steps` time steps.

    Without predictions, the outputs are no probabilities.
    """
    return [
        _shown(cell, flow.costs[:, 0], network, example, steps, predictions) for cell in flow.cells
    ]


def _shown(
    cell: CellFlow,
    costs: Tensor,
    network: nn.Module,
    example: Example,
    steps: int,
    predictions: Sequence[Prediction],
) -> ShownCell:
    S, T, _ = cell.G.shape
    times = list(range(T))
    if cell.backward:  # reads from the end
        times.reverse()
    times = times[-steps:]
    h, gradient, backpropagated = (
        x[times, 0] for x in (cell.h, cell.gradient, cell.backpropagated)
    )  # (T, H)
    units = h.var(0, correction=0).topk(min(UNITS, h.shape[1])).indices.sort().values
    own_steps = cell.aligned and S > 1
    through = gradient
    if own_steps and cell.own is not None:
        # ∂C/∂h_t = ∂C_t/∂h_t + ∂C/∂a_{t+1} Vᵀ
        through = gradient - cell.own[times, 0]
    shown_costs = times if own_steps else list(range(S))
    tokens = _tokens(cell, example)
    return ShownCell(
        name=_in_words(cell, network),
        times=[t + 1 for t in times],
        tokens=[tokens[t] for t in times],
        costs=[
            ShownCost(
                s=s + 1 if S > 1 else None,
                t=k if own_steps else len(times) - 1 if S == 1 else None,
                C=S * float(costs[s]),  # C = (1/S) Σ_s C_s
            )
            for k, s in enumerate(shown_costs)
        ],
        predictions=_of_columns(predictions, times, T, own_steps, S),
        size=h.shape[1],
        units=units.tolist(),
        h=short(h[:, units]),
        norm=short(h.norm(dim=-1)),
        G=short(cell.G[shown_costs][:, times, 0]),
        all=short(gradient.norm(dim=-1)),
        through=short(through.norm(dim=-1)),
        gradient=short(gradient[:, units], digits=9),
        backpropagated=short(backpropagated[:, units], digits=9),
        slope=None if cell.slope is None else short(cell.slope[times, 0][:, units]),
        reach=reach(cell),
    )


def _of_columns(
    predictions: Sequence[Prediction], times: list[int], T: int, own_steps: bool, S: int
) -> list[Prediction | None]:
    """The predictions of these time steps of a cell; the only one of all stands at the last."""
    if predictions and (own_steps or (S == 1 and len(predictions) == T)):
        return [predictions[t] for t in times]
    only = predictions[0] if S == len(predictions) == 1 else None
    return [*[None] * (len(times) - 1), only]


def _tokens(cell: CellFlow, example: Example) -> list[str]:
    """What a cell reads at each time step: a symbol, numbers, or the step itself.

    A decoder, which has costs of its own, reads the last of the sequences; an encoder the first.
    """
    T = len(cell.X)
    of_this_length = [texts for texts in example.texts if len(texts) == T]
    if of_this_length:
        return of_this_length[-1 if cell.aligned else 0]
    return texts_of(cell.X, ()) or [str(t + 1) for t in range(T)]


def _in_words(cell: CellFlow, network: nn.Module) -> str:
    """The layer of a cell and its direction."""
    parent, _, index = f".{cell.name}".rpartition(".cells.")
    parent = parent.lstrip(".")
    if not index.isdigit():  # a cell that is no part of a layer
        return cell.name or "cell"
    if not getattr(network.get_submodule(parent), "bidirectional", False):
        return f"{parent or 'rnn'}, layer {int(index) + 1}"
    direction = "from the end" if cell.backward else "from the start"
    return f"{parent or 'rnn'}, layer {int(index) // 2 + 1}, {direction}"
