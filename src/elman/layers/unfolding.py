"""How a layer calls a cell, so that whatever is hooked on it or overridden in it acts."""

import inspect
from typing import Any

from torch import Tensor

from elman.layers.parametrized import evaluated
from elman.layers.rnn_cell import RNNCell
from elman.nonlinearities import has_hooks
from elman.recurrence import Engine, check_engine, unroll


def unfold(cell: RNNCell, X: Tensor, h_0: Tensor, ended: Tensor | None, engine: Engine) -> Tensor:
    """`h_1 … h_T` by calls of the cell: one, or one a time step where its `forward` is its own.

    Args:
        cell: the cell.
        X: `(T, B, I)`.
        h_0: `(B, H)`.
        ended: where sequences differ in length, true after a sequence's end, `(T, B, 1)`.
        engine: see `elman.recurrence`.

    Returns:
        `(T, B, H)`, zero after a sequence's end.

    Raises:
        ValueError: the engine cannot be for a `forward` of its own.
        TypeError: it is no RNNCell; or `unfold` and `forward` are both its own and know nothing of
            each other.
    """
    is_plain = type(cell).forward is RNNCell.forward and "forward" not in cell.__dict__
    if not (is_plain or isinstance(cell, RNNCell)):
        raise TypeError(f"the cells of a layer must be RNNCells, got {type(cell).__name__}")
    if is_plain or _takes_engine(cell.forward):
        h: Tensor = cell(X, h_0, ended=ended, engine=engine)
        return h
    name = type(cell).__name__
    if getattr(cell.unfold, "__func__", None) is not RNNCell.unfold:
        raise TypeError(
            f"{name} has an unfold and a forward of its own: let forward take ended and engine as "
            "RNNCell.forward does, and call unfold where engine is given"
        )
    check_engine(engine)
    if engine not in ("auto", "unrolled"):
        raise ValueError(
            f"engine must be auto or unrolled for {name}, whose forward is its own, got {engine!r}"
        )
    return unroll(evaluated(cell), X, h_0, ended)


def _takes_engine(forward: Any) -> bool:
    """Whether a `forward` takes all time steps at once."""
    return "engine" in inspect.signature(forward).parameters


def check_in_parts(cell: RNNCell) -> None:
    """Raises ValueError unless a cell may be unfolded some time steps after the other, and again.

    Not with hooks, nor if it unfolds in a way of its own.
    """
    own = type(cell).__name__
    if getattr(cell.unfold, "__func__", None) is not RNNCell.unfold or (
        getattr(cell.forward, "__func__", None) is not RNNCell.forward
        and _takes_engine(cell.forward)
    ):
        raise ValueError(f"recompute must be None for {own}, which unfolds in a way of its own")
    if has_hooks(cell):
        raise ValueError(
            f"recompute must be None for {own} with hooks: they would be called for each part, and "
            "again in the backward pass"
        )
