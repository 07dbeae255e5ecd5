"""How a layer calls a cell, so that whatever is hooked on it or overridden in it acts."""

import inspect
from functools import lru_cache
from typing import Any

from torch import Tensor

from elman.layers.parametrized import evaluated_once
from elman.layers.rnn_cell import RNNCell
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
        TypeError: `unfold` and `forward` are both the cell's own and know nothing of each other.
    """
    is_plain = type(cell).forward is RNNCell.forward and "forward" not in cell.__dict__
    if is_plain or _takes_engine(getattr(cell.forward, "__func__", cell.forward)):
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
    with evaluated_once():
        return unroll(cell, X, h_0, ended)


@lru_cache
def _takes_engine(forward: Any) -> bool:
    """Whether a `forward` takes all time steps at once."""
    return "engine" in inspect.signature(forward).parameters
