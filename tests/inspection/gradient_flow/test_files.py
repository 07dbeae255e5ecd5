import csv
from pathlib import Path

import numpy as np
import torch

import elman
from elman.inspection.gradient_flow import GradientFlow, gradient_flow, write_csv, write_npz


def flow() -> GradientFlow:
    torch.manual_seed(0)
    rnn = elman.RNNStack(elman.RNN(2, 3), elman.RNN(3, 4, nonlinearity=torch.nn.functional.silu))
    inputs = torch.randn(5, 2, 2), None, torch.tensor([5, 3])
    return gradient_flow(rnn, inputs, lambda output: output[0].sum(-1))


def test_arrays(tmp_path: Path) -> None:
    found = flow()
    write_npz(tmp_path / "flow.npz", found, inputs=torch.arange(3))
    with np.load(tmp_path / "flow.npz", allow_pickle=False) as arrays:
        assert arrays["cells"].tolist() == ["layers.0.cells.0", "layers.1.cells.0"]
        np.testing.assert_array_equal(arrays["costs"], found.costs)
        np.testing.assert_array_equal(arrays["inputs"], [0, 1, 2])
        for cell in found.cells:
            for field, value in cell._asdict().items():
                if field != "name" and value is not None:
                    np.testing.assert_array_equal(arrays[f"{cell.name}.{field}"], value)
        assert "layers.0.cells.0.slope" in arrays
        assert "layers.1.cells.0.slope" not in arrays


def test_table(tmp_path: Path) -> None:
    found = flow()
    write_csv(tmp_path / "flow.csv", found)
    with (tmp_path / "flow.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 5 * (5 + 3)  # cells, costs, states that are not padding
    cells = {cell.name: cell for cell in found.cells}
    for row in rows:
        s, t, b = (int(row[name]) for name in ("s", "t", "sequence"))
        assert float(row["norm"]) == cells[row["cell"]].G[s, t, b]
