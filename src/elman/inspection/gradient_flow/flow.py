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
from elman.inspection.gradient_flow.memory import check_memory
from elman.inspection.gradient_flow.recorded import RecordedCell, RecordedNetwork

CHUNK_BYTES = 2**28  # of the gradients that one backward pass computes, unless a chunk is given


class CellFlow(NamedTuple):
    """The gradients with respect to the states of one recurrent cell, in float64.

    The states are in the order of time, also those of a backward direction.

    Attributes:
        name: of the cell in the network, for example "rnn.cells.0".
        h: the states h_1 … h_T, `(T, B, H)`.
        G: `‖∂C_s/∂h_t‖`, the norm over the H units, `(S, T, B)`.
        gradient: `Σ_s ∂C_s/∂h_t`, the sum of the single gradients, `(T, B, H)`.
        backpropagated: `∂C/∂h_t` by one backward pass of C, `(T, B, H)`; equals `gradient`.
        slope: `f′(a_t)`, `(T, B, H)`; None if f′ or the equation of the cell is not known.
        padding: true at padding time steps, `(T, B)`.
    """

    name: str
    h: Tensor
    G: Tensor
    gradient: Tensor
    backpropagated: Tensor
    slope: Tensor | None
    padding: Tensor


class GradientFlow(NamedTuple):
    """The gradients of the costs of all time steps with respect to all states.

    Attributes:
        cells: a record for each recurrent cell, in the order of `network.named_modules()`.
        costs: C_s, `(S, B)`; `(S, 1)` if `step_costs` returns no cost of each sequence.
    """

    cells: list[CellFlow]
    costs: Tensor


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
        chunk: the number of costs in one backward pass; None: as many as 256 MB of gradients allow.

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
        costs = step_costs(recorded(inputs))
        _check_costs(costs)
        cells = [cell for cell in recorded.cells if cell.states]
        _check_steps(cells, recorded)
        # C = Σ_s C_s: sequences do not affect one another, so the sum over them separates again
        C = costs.sum(1) if costs.dim() == 2 else costs  # (S)
        flows = _flows(C, cells, chunk)
    return GradientFlow(flows, costs.detach().view(len(costs), -1))


def _flows(C: Tensor, cells: Sequence[RecordedCell], chunk: int | None) -> list[CellFlow]:
    states = [h_t for cell in cells for h_t in cell.states]
    S, row = len(C), sum(h_t.numel() for h_t in states)
    chunk = chunk or max(1, CHUNK_BYTES // (row * C.element_size()))
    chunk = min(chunk, S)
    norms = S * sum(len(h_t) for h_t in states)
    needed = C.element_size() * (norms + 2 * chunk * row + chunk * S + 4 * row)
    check_memory(needed, S, max(len(cell.states) for cell in cells), C.device)

    G = [C.new_empty(S, len(h_t)) for h_t in states]
    gradient = [torch.zeros_like(h_t) for h_t in states]
    backpropagated = torch.autograd.grad(
        C.sum(), states, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    for first in range(0, S, chunk):
        costs = slice(first, first + chunk)
        for t, dC_dh_t in enumerate(_gradients(C, states, costs)):  # (chunk, B, H), or None: zero
            # G_st = ‖∂C_s/∂h_t‖
            G[t][costs] = 0 if dC_dh_t is None else norm(dC_dh_t)
            # ∂C/∂h_t = Σ_s ∂C_s/∂h_t
            if dC_dh_t is not None:
                gradient[t] += dC_dh_t.sum(0)

    flows, first = [], 0
    for cell in cells:
        steps = slice(first, first := first + len(cell.states))
        h = cell.in_time_order(torch.stack(states[steps]).detach())
        flow = CellFlow(
            cell.name,
            h,
            cell.in_time_order(torch.stack(G[steps]).transpose(1, 2)).permute(2, 0, 1).contiguous(),
            cell.in_time_order(torch.stack(gradient[steps])),
            cell.in_time_order(torch.stack(backpropagated[steps])),
            cell.slope(h),
            cell.padding,
        )
        _check_finite(flow)
        flows.append(flow)
    return flows


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


def _check_costs(costs: Tensor) -> None:
    if not isinstance(costs, Tensor):
        raise TypeError(f"step_costs must return a tensor, got {type(costs).__name__}")
    if costs.dim() not in (1, 2) or costs.numel() == 0 or not costs.is_floating_point():
        raise ValueError(
            "step_costs must return the costs of the time steps, floating-point numbers of shape "
            f"(S, B) or (S), got {costs.dtype} of shape {tuple(costs.shape)}"
        )
    if not costs.requires_grad:
        raise ValueError(
            "step_costs must compute the costs from the output of the network, without detach() "
            "or torch.no_grad(); autograd finds no path from them to the network"
        )
    finite = costs.isfinite()
    if not finite.all():
        s, *b = (~finite).nonzero()[0].tolist()
        sequence = f" of sequence {b[0]}" if b else ""
        value = costs[s, *b].item()
        raise ValueError(f"all costs must be finite, but cost {s}{sequence} is {value}")


def _check_steps(cells: Sequence[RecordedCell], recorded: RecordedNetwork) -> None:
    if not cells:
        names = ", ".join(cell.name for cell in recorded.cells)
        raise ValueError(f"the network must call its recurrent layers, but {names} did not run")
    if max(len(cell.states) for cell in cells) == 1:
        raise ValueError(
            f"inputs must have at least 2 time steps for a gradient through time, but "
            f"{cells[0].name} ran for 1"
        )


def _check_finite(flow: CellFlow) -> None:
    finite = flow.G.isfinite()
    if not finite.all():
        s, t, b = (~finite).nonzero()[0].tolist()
        raise ValueError(
            f"all gradients must be finite, but that of cost {s} with respect to state {t} of "
            f"{flow.name} is not (sequence {b}; counted from 0)"
        )
