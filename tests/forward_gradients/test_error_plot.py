from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from elman.forward_gradients.bias_and_variance import GradientError
from elman.forward_gradients.error_plot import plot_errors


def test_noise_falls_and_bias_stays(tmp_path: Path, drawn: list[Figure]) -> None:
    errors = [GradientError("biased", 0.4, 0, 0), GradientError("noisy", 1.0, 0.9, 81)]
    plot_errors(errors, "V uniform", tmp_path / "errors.png")
    assert (tmp_path / "errors.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    (axes,) = drawn[0].axes
    biased, noisy = axes.get_lines()
    assert axes.get_title() == "V uniform"
    assert [line.get_label() for line in axes.get_lines()] == ["biased: bias", "noisy: noise"]
    assert set(biased.get_ydata()) == {0.4}
    np.testing.assert_allclose(noisy.get_ydata() ** 2 * noisy.get_xdata(), 81)
