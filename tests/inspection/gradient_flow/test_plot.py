from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import elman
from elman.inspection.gradient_flow import (
    gradient_flow,
    profile_quantiles,
    saturation,
)
from elman.inspection.gradient_flow.plot import plot_gradient_flow
from elman.networks import EncoderDecoder, SequenceClassifier


def test_the_plot_shows_the_gradients(tmp_path: Path, drawn: list[Figure]) -> None:
    torch.manual_seed(0)
    rnn = elman.RNN(2, 3, num_layers=2)
    flow = gradient_flow(rnn, torch.randn(6, 2, 2), lambda output: output[0].sum(-1))
    plot_gradient_flow(tmp_path / "flow.png", flow)
    assert (tmp_path / "flow.png").stat().st_size > 10_000
    (figure,) = drawn
    panels = figure.axes[:6]
    for k, cell in enumerate(flow.cells):
        matrix, profile, slopes = panels[3 * k : 3 * k + 3]
        assert matrix.get_title().startswith(cell.name)
        shown = np.asarray(matrix.images[0].get_array())
        np.testing.assert_array_equal(np.nan_to_num(shown), cell.G[:, :, 0])
        middle = profile_quantiles(cell)[1]
        np.testing.assert_array_equal(profile.lines[0].get_ydata(), middle)
        mean, share = (line.get_ydata() for line in slopes.lines)
        np.testing.assert_allclose(mean, saturation(cell).mean.mean(1))
        np.testing.assert_allclose(share, saturation(cell).share.mean(1))


def test_one_cost_other_time_steps_and_an_unknown_slope(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    torch.manual_seed(0)
    X = torch.randn(5, 2, 3)
    network = SequenceClassifier(3, 4, 2, elman.RNN)
    flow = gradient_flow(network, X, lambda O: O.sum().unsqueeze(0))
    plot_gradient_flow(tmp_path / "classifier.png", flow)
    for b, line in enumerate(drawn[-1].axes[0].lines):
        np.testing.assert_array_equal(line.get_ydata(), flow.cells[0].G[0, :, b])

    translator = EncoderDecoder(9, 4, 5, elman.RNN)
    inputs = torch.randint(9, (6, 2)), torch.tensor([6, 4]), torch.randint(9, (4, 2))
    plot_gradient_flow(
        tmp_path / "translator.png", gradient_flow(translator, inputs, lambda O: O.sum(-1))
    )
    texts = [text.get_text() for axes in drawn[-1].axes for text in axes.texts]
    assert texts == ["no lag: the costs are those\nof other time steps"] * 2

    rnn = elman.RNN(3, 4, nonlinearity=torch.nn.functional.silu)
    flow = gradient_flow(rnn, X, lambda output: output[0].sum(-1))
    plot_gradient_flow(tmp_path / "silu.png", flow)
    assert [text.get_text() for text in drawn[-1].axes[2].texts] == ["f′ is not known"]


@pytest.mark.parametrize("factor", [0.0, 1e-20])
def test_lost_gradients_are_marked(factor: float, tmp_path: Path, drawn: list[Figure]) -> None:
    rnn = elman.RNN(2, 3)
    with torch.no_grad():
        rnn.V.mul_(factor)
    flow = gradient_flow(rnn, torch.randn(40, 1, 2), lambda output: output[0].sum(-1))
    plot_gradient_flow(tmp_path / "flow.png", flow)
    _, marks = drawn[0].axes[0].images
    s, t = np.nonzero(np.nan_to_num(np.asarray(marks.get_array())))
    assert len(t) == (flow.cells[0].G == 0).sum() - 40 * 39 / 2
    assert (t < s).all()
