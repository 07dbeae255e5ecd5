from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure

from elman.inspection.column_matrix import largest_gradients, plot_column_matrix
from elman.networks import FeedforwardNetwork


def test_the_largest_gradients_are_in_the_order_of_the_weights() -> None:
    gradients = torch.tensor([[1.0, -5.0, 0.0, 2.0], [1.0, 5.0, 0.0, 2.0]])
    assert largest_gradients(gradients, 2).tolist() == [1, 3]
    assert largest_gradients(gradients, 9).tolist() == [0, 1, 2, 3]


def test_the_plot_shows_the_changes_by_class_and_their_mean(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    network = FeedforwardNetwork([2, 2])
    gradients = torch.arange(18.0).view(3, 6)
    path = tmp_path / "matrix.png"
    plot_column_matrix(
        {"before": gradients, "after": -gradients}, torch.tensor([1, 0, 1]), network, path
    )

    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    [figure] = drawn
    columns, mean, _, _, after = figure.axes[:5]
    assert [columns.get_title(), after.get_title()] == ["before", "after"]
    matrix = columns.images[0].get_array()
    np.testing.assert_array_equal(matrix, -gradients[[1, 0, 2]].T)
    np.testing.assert_array_equal(after.images[0].get_array(), -matrix)
    np.testing.assert_array_equal(mean.images[0].get_array(), -gradients.mean(0)[:, None])
    assert mean.images[0].get_clim()[1] == gradients.mean(0).abs().max()  # a scale of its own
    assert [tick.get_text() for tick in columns.get_xticklabels()] == ["0", "1"]
    assert columns.get_xticks().tolist() == [0.0, 1.5]
    assert columns.get_yticklabels()[3].get_text() == "layers.0.W[1, 1]"
