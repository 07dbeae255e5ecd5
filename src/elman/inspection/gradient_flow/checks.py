"""Checks of the costs, the states and the gradients of a network."""

from collections.abc import Sequence

from torch import Tensor

from elman.inspection.gradient_flow.recorded import RecordedCell


def check_costs(costs: Tensor) -> None:
    """Checks what `step_costs` has returned.

    Raises:
        TypeError: it is not a tensor.
        ValueError: it has the wrong shape or dtype, is not finite or has no gradient.
    """
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


def check_steps(cells: Sequence[RecordedCell]) -> None:
    """Raises ValueError unless a cell has run for at least two time steps."""
    steps = max(len(cell.states) for cell in cells)
    names = ", ".join(cell.name for cell in cells)
    if steps == 0:
        raise ValueError(f"the network must call its recurrent layers, but {names} did not run")
    if steps == 1:
        raise ValueError(
            "inputs must have at least 2 time steps for a gradient through time, but "
            f"{names} ran for 1"
        )


def check_gradients(name: str, G: Tensor) -> None:
    """Raises ValueError if a gradient of the cell `name` is not finite; G is `(S, T, B)`."""
    finite = G.isfinite()
    if not finite.all():
        s, t, b = (~finite).nonzero()[0].tolist()
        raise ValueError(
            f"all gradients must be finite, but that of cost {s} with respect to state {t} of "
            f"{name} is not (sequence {b}; counted from 0)"
        )
