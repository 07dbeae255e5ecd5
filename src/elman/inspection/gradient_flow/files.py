"""The gradients of all time steps in a file: NumPy arrays, or a table."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from elman.inspection.gradient_flow.flow import GradientFlow


def write_npz(file: str | Path, flow: GradientFlow, **more: Any) -> None:
    """Writes all arrays of the flow, for `numpy.load(file, allow_pickle=False)`.

    The array "cells" holds the names of the cells, "costs" the costs, and "NAME.G", "NAME.h", … the
    fields of `CellFlow` of each cell; those that are None are left out.

    Args:
        file: the file to write, with the ending `.npz`.
        flow: of all cells.
        **more: further arrays.
    """
    arrays: dict[str, Any] = {
        "cells": np.array([cell.name for cell in flow.cells]),
        "costs": flow.costs.cpu(),
        **more,
    }
    for cell in flow.cells:
        for field, value in cell._asdict().items():
            if field != "name" and value is not None:
                arrays[f"{cell.name}.{field}"] = value.cpu() if isinstance(value, Tensor) else value
    np.savez_compressed(file, allow_pickle=False, **{k: np.asarray(v) for k, v in arrays.items()})


def write_csv(file: str | Path, flow: GradientFlow) -> None:
    """Writes a table with a row for each `‖∂C_s/∂h_t‖`, without padding.

    Its columns are the cell, the sequence, the time step s of the cost, the time step t of the
    state (all counted from 0) and the norm.

    Args:
        file: the file to write.
        flow: of all cells.
    """
    with Path(file).open("w", newline="", encoding="utf-8") as table:
        rows = csv.writer(table)
        rows.writerow(["cell", "sequence", "s", "t", "norm"])
        for cell in flow.cells:
            for b, t in (~cell.padding.T).nonzero().tolist():
                for s, norm in enumerate(cell.G[:, t, b].tolist()):
                    rows.writerow([cell.name, b, s, t, repr(norm)])
