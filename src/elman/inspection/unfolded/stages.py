"""The stages of a training at which `RecordGradientFlow` has recorded the gradients."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from elman.data.archive import read_arrays
from elman.inspection.gradient_flow import CellFlow
from elman.inspection.gradient_flow.memory_length import has_lags, memory_length
from elman.inspection.unfolded.numbers import short

COUNT = 12  # of the stages on the page; more are thinned out


class StageCell(NamedTuple):
    """The gradients of a cell at one stage.

    Attributes:
        times: the time steps of the columns, from 1, in the order of reading.
        costs: the time steps of the rows, from 1; None: one cost, or costs of other steps.
        G: `‖∂C_s/∂h_t‖` of the first sequence, `(S, T)`.
        memory: the memory length in time steps, median over the sequences; None without lags.
    """

    times: list[int]
    costs: list[int] | None
    G: list[list[float]]
    memory: float | None


class Stage(NamedTuple):
    """The cells of the network after `step` steps of the training."""

    step: int
    cells: list[StageCell]


def read_stages(folder: Path) -> list[Stage]:
    """The recorded stages of a run in order, the first and the last among them.

    Args:
        folder: has a file `STEP.npz` for each stage; it need not exist. Files with other names are
            left out.

    Raises:
        ValueError: a file is damaged or of another kind.
    """
    of_stages = (file for file in folder.glob("*.npz") if file.stem.isdecimal())
    files = sorted(of_stages, key=lambda file: int(file.stem))
    if len(files) > COUNT:
        files = [files[k] for k in np.linspace(0, len(files) - 1, COUNT).round().astype(int)]
    return [Stage(int(file.stem), [_stage_cell(cell) for cell in _read(file)]) for file in files]


def _stage_cell(cell: CellFlow) -> StageCell:
    times = (~cell.padding[:, 0]).nonzero()[:, 0].tolist()
    if cell.backward:  # reads from the end
        times.reverse()
    own_steps = cell.aligned and len(cell.G) > 1
    shown_costs = times if own_steps else list(range(len(cell.G)))
    memory = float(memory_length(cell).double().median()) if has_lags(cell) else None
    return StageCell(
        times=[t + 1 for t in times],
        costs=[s + 1 for s in shown_costs] if own_steps else None,
        G=short(cell.G[shown_costs][:, times, 0]),
        memory=memory,
    )


def _read(file: Path) -> list[CellFlow]:
    """What `write_npz` has written."""
    try:
        arrays = read_arrays(file)
        return [_cell(str(name), arrays) for name in arrays["cells"]]
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(
            f"checkpoint: {file} is damaged or holds no gradients; remove it, or train again with "
            "callbacks=[…,gradient_flow]"
        ) from error


def _cell(name: str, arrays: Any) -> CellFlow:
    def field(key: str) -> Any:
        array = arrays.get(f"{name}.{key}")
        return None if array is None else array.item() if array.ndim == 0 else torch.tensor(array)

    return CellFlow(name, **{key: field(key) for key in CellFlow._fields if key != "name"})
