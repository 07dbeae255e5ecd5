"""Numbers for the page."""

import torch

from elman.inspection.unfolded.numbers import short


def test_numbers_have_few_digits() -> None:
    values = torch.tensor([[1 / 3, -2e-11 / 3], [123456.789, 0.0]], dtype=torch.float64)
    assert short(values) == [[0.33333, -6.6667e-12], [123460.0, 0.0]]
    assert short(values[0], digits=9) == [0.333333333, -6.66666667e-12]
