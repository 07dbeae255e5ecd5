"""How strongly each state affects the cost of each time step: `‖∂C_s/∂h_t‖` for all s and t.

The slide "Back propagation through time" says that the gradient at time t depends on the gradients
at all later times:

    ∂C/∂h_t = Σ_s ∂C_s/∂h_t,    where ∂C_s/∂h_t = 0 for s < t

This file computes the terms of this sum one by one, without approximation.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from elman.checks import check_size
from elman.inspection.float64 import to_float64
from elman.inspection.gradient_flow.alignment import aligned_cells
from elman.inspection.gradient_flow.checks import check_costs, check_gradients, check_steps
from elman.inspection.gradient_flow.recorded import RecordedCell, RecordedNetwork
from elman.memory import check_memory

CHUNK_BYTES = 2**27  # of the gradients that one backward pass computes, unless a chunk is given


class CellFlow(NamedTuple):
    """The gradients with respect to the states of one recurrent cell, in float64.

    The states are in the order of time, also those of a backward direction.

    Attributes:
        name: of the cell in the network, for example "rnn.cells.0".
        h: the states h_1 … h_T, `(T, B, H)`.
        G: `‖∂C_s/∂h_t‖`, the norm over the H units, `(S, T, B)`.
        gradient: `Σ_s ∂C_s/∂h_t`, the sum of the single gradients, `(T, B, H)`.
        own: `∂C_t/∂h_t`, the part of the cost of the same time step, `(T, B, H)`; None if S ≠ T.
        backpropagated: `∂C/∂h_t` by one backward pass of C, `(T, B, H)`; equals `gradient`.
        slope: `f′(a_t)`, `(T, B, H)`; None if f′ or the equation of the cell is not known.
        padding: true at padding time steps, `(T, B)`.
        X: the inputs of the cell, `(T, B, I)`.
        h_previous: the state before each: h_{t−1}, in a backward direction h_{t+1}, `(T, B, H)`.
        backward: whether the cell reads the sequences from their end.
        aligned: whether C_s is the cost of time step s of this cell, see `alignment`.
        plain: whether the equation of the cell is `a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)`.
    """

    name: str
    h: Tensor
    G: Tensor
    gradient: Tensor
    own: Tensor | None
    backpropagated: Tensor
    slope: Tensor | None
    padding: Tensor
    X: Tensor
    h_previous: Tensor
    backward: bool
    aligned: bool
    plain: bool


class GradientFlow(NamedTuple):
    """The gradients of the costs of all time steps with respect to all states.

    Attributes:
        cells: a record for each recurrent cell, in the order of `network.named_modules()`.
        costs: C_s, `(S, B)`; `(S, 1)` if `step_costs` returns no cost of each sequence.
        output: what the network returns.
    """

    cells: list[CellFlow]
    costs: Tensor
    output: Any


def gradient_flow(
    network: nn.Module,
    inputs: Any,
    step_costs: Callable[[Any], Tensor],
    *,
    chunk: int | None = None,
) -> GradientFlow:
    """Computes `‖∂C_s/∂h_t‖` for all costs C_s and all states h_t, exactly.

    It uses a copy of the network in float64 and evaluation mode, in which every h_t is a node of
    autograd's graph. One backward pass computes the gradients of several costs. The time and the
    memory grow with S · T.

    Args:
        network: any network with recurrent layers of this package or of torch; it does not change.
        inputs: the argument of the network, or a tuple of its arguments.
        step_costs: computes the costs C_s from the network's output, `(S, B)` or `(S)`. Their sum
            is C, so each is already divided by the number of time steps it is averaged over. A cost
            that exists once, as that of a classifier, is S = 1.
        chunk: the number of costs in one backward pass; None: as many as 128 MB of gradients allow.

    Returns:
        The flow of each cell, and the costs.

    Raises:
        TypeError: `chunk` is not an int, or `step_costs` does not return a tensor.
        ValueError: the network has no recurrent layer or runs for one time step only; the costs
            have the wrong shape or do not depend on the network; a cost or a gradient is infinite
            or NaN; or the memory does not suffice.
    """
    if chunk is not None:
        check_size("chunk", chunk)
    weight = next(network.parameters(), torch.empty(0))
    devices = [weight.device] if weight.is_cuda else []
    # Lightning validates in inference mode. A converted layer draws weights before it copies them.
    with torch.inference_mode(False), torch.enable_grad(), torch.random.fork_rng(devices):
        recorded = RecordedNetwork(network)
        output = recorded(inputs)
        costs = step_costs(output)
        check_costs(costs)
        cells = [cell for cell in recorded.cells if cell.states]
        check_steps(recorded.cells)
        # C = Σ_s C_s: sequences do not affect one another, so the sum over them separates again
        C = costs.sum(1) if costs.dim() == 2 else costs  # (S)
        flows = _flows(C, cells, chunk)
    return GradientFlow(flows, costs.detach().view(len(costs), -1), to_float64(output))


def _flows(C: Tensor, cells: Sequence[RecordedCell], chunk: int | None) -> list[CellFlow]:
    states = [h_t for cell in cells for h_t in cell.states]
    places = [(k, t) for k, cell in enumerate(cells) for t in range(len(cell.states))]
    S, row = len(C), sum(h_t.numel() for h_t in states)
    chunk = min(S, chunk or max(1, CHUNK_BYTES // (row * C.element_size())))
    _check_memory(C, cells, chunk, row)

    G = [C.new_zeros(S, len(cell.states), len(cell.states[0])) for cell in cells]
    gradient = [torch.zeros_like(torch.stack(cell.states)) for cell in cells]
    own = [torch.zeros_like(each) for each in gradient]
    time = [_time(cell) for cell in cells]
    for first in range(0, S, chunk):
        costs = slice(first, first + chunk)
        for (k, t), dC_dh_t in zip(places, _gradients(C, states, costs), strict=True):
            if dC_dh_t is not None:  # (chunk, B, H)
                # G_st = ‖∂C_s/∂h_t‖
                G[k][costs, t] = norm(dC_dh_t)
                # ∂C/∂h_t = Σ_s ∂C_s/∂h_t
                gradient[k][t] += dC_dh_t.sum(0)
                # ∂C_t/∂h_t, if C_t is among these costs
                is_own = torch.arange(S, device=C.device)[costs].unsqueeze(1) == time[k][t]
                own[k][t] += dC_dh_t.where(is_own.unsqueeze(2), 0).sum(0)
    flows = []
    for k, cell in enumerate(cells):
        h = torch.stack(cell.states)
        backpropagated = torch.autograd.grad(
            C.sum(), cell.states, retain_graph=True, allow_unused=True, materialize_grads=True
        )
        flow = CellFlow(
            name=cell.name,
            h=cell.in_time_order(h.detach()),
            G=cell.in_time_order(G[k].permute(1, 2, 0)).permute(2, 0, 1),
            gradient=cell.in_time_order(gradient[k]),
            own=cell.in_time_order(own[k]) if len(cell.states) == S else None,
            backpropagated=cell.in_time_order(torch.stack(backpropagated)),
            slope=cell.slope(cell.in_time_order(h.detach())),
            padding=cell.padding,
            X=cell.in_time_order(torch.stack(cell.inputs)),
            h_previous=cell.in_time_order(torch.stack(cell.previous)),
            backward=cell.backward,
            aligned=False,
            plain=cell.is_plain,
        )
        check_gradients(flow.name, flow.G)
        flows.append(flow)
    aligned = aligned_cells([(flow.name, flow.G, flow.backward) for flow in flows])
    return [flow._replace(aligned=flow.name in aligned) for flow in flows]


def _time(cell: RecordedCell) -> Tensor:
    """The time step of each state in the order of computation, `(T, B)`."""
    steps = torch.arange(len(cell.states), device=cell.states[0].device)
    return cell.in_time_order(steps.view(-1, 1, 1).expand(-1, len(cell.states[0]), 1)).squeeze(2)


def _check_memory(C: Tensor, cells: Sequence[RecordedCell], chunk: int, row: int) -> None:
    S, T = len(C), max(len(cell.states) for cell in cells)
    norms = S * sum(len(h_t) for cell in cells for h_t in cell.states)
    check_memory(  # a backward pass was measured to need four times its gradients
        C.element_size() * (norms + chunk * (4 * row + S) + 7 * row),
        f"the gradients of {S:,} costs with respect to the states of {T:,} time steps",
        "give fewer time steps or fewer sequences",
        C.device,
    )


def _gradients(C: Tensor, states: Sequence[Tensor], costs: slice) -> Sequence[Tensor | None]:
    """`∂C_s/∂h_t` of the chosen costs s, `(chunk, B, H)` for each t; None: zero."""
    identity = torch.eye(len(C), dtype=C.dtype, device=C.device)[costs]
    options: dict[str, Any] = {"retain_graph": True, "allow_unused": True}
    try:
        return torch.autograd.grad(C, states, identity, is_grads_batched=True, **options)
    except RuntimeError:  # an operation of the network that cannot be batched
        rows = [torch.autograd.grad(C, states, row, **options) for row in identity]
        return [
            None if of_state[0] is None else torch.stack(of_state)
            for of_state in zip(*rows, strict=True)
        ]


def norm(x: Tensor) -> Tensor:
    """`‖x‖ = m ‖x/m‖`, where m = max |x_i|, so that no square underflows; `(…, H) → (…)`."""
    m = x.abs().amax(-1, keepdim=True)
    m = torch.where(m > 0, m, 1)
    length: Tensor = m.squeeze(-1) * torch.linalg.vector_norm(x / m, dim=-1)
    return length
