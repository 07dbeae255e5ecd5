"""How a layer calls its cells, so that their hooks and overridden methods take effect."""

import inspect
from typing import Any

from torch import Tensor

from elman.layers.parametrized import evaluated
from elman.layers.rnn_cell import RNNCell
from elman.nonlinearities import has_hooks
from elman.recurrence import Engine, check_engine, unroll


def unfold(
    cell: RNNCell, X: Tensor, h_0: Tensor, padding_mask: Tensor | None, engine: Engine
) -> Tensor:
    """`h_1 … h_T` by one call of the cell, or one per time step if it overrides `forward`.

    Args:
        cell: the cell.
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        padding_mask: true at padding time steps, `(T, B, 1)`; None: no padding.
        engine: see `elman.recurrence`.

    Returns:
        `(T, B, H)`, zero at padding.

    Raises:
        ValueError: the engine does not work with a cell that overrides `forward`.
        TypeError: `cell` is not an RNNCell; or it overrides both `unfold` and `forward`, and
            `forward` has no argument `engine`.
    """
    is_plain = type(cell).forward is RNNCell.forward and "forward" not in cell.__dict__
    if not (is_plain or isinstance(cell, RNNCell)):
        raise TypeError(f"the cells of a layer must be RNNCells, got {type(cell).__name__}")
    if is_plain or _takes_engine(cell.forward):
        h: Tensor = cell(X, h_0, padding_mask=padding_mask, engine=engine)
        return h
    name = type(cell).__name__
    if getattr(cell.unfold, "__func__", None) is not RNNCell.unfold:
        raise TypeError(
            f"{name} overrides both unfold and forward: let forward take padding_mask and engine, "
            "as RNNCell.forward does, and call unfold if engine is given"
        )
    check_engine(engine)
    if engine not in ("auto", "unrolled"):
        raise ValueError(
            f"engine must be auto or unrolled for {name}, which overrides forward, got {engine!r}"
        )
    return unroll(evaluated(cell), X, h_0, padding_mask)


def _takes_engine(forward: Any) -> bool:
    """Whether a `forward` has the argument `engine`, so takes all time steps at once."""
    return "engine" in inspect.signature(forward).parameters


def check_recomputable(cell: RNNCell) -> None:
    """Raises ValueError if a cell cannot be unfolded in segments that are computed again.

    That is a cell with hooks, or one that overrides how it unfolds.
    """
    name = type(cell).__name__
    if getattr(cell.unfold, "__func__", None) is not RNNCell.unfold or (
        getattr(cell.forward, "__func__", None) is not RNNCell.forward
        and _takes_engine(cell.forward)
    ):
        raise ValueError(f"recompute must be None for {name}, which overrides how it unfolds")
    if has_hooks(cell):
        raise ValueError(
            f"recompute must be None for {name} with hooks: they would be called for each segment, "
            "and again in the backward pass"
        )
