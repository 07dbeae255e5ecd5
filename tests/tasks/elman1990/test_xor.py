from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from elman.tasks.elman1990.predictions import Predictions
from elman.tasks.elman1990.xor import LAST_TWO_BITS, XorReport


def test_the_exact_likelihoods_know_every_third_bit(
    predictions: Callable[..., Predictions],
) -> None:
    report = XorReport(predictions("xor", 400))
    assert report.metrics == {"third_error": 0, "other_error": 0.25}
    assert report.text.startswith("The squared error is 0.000 at every third bit")
    assert report.floors.tolist() == report.errors.tolist() == [0.25, 0.25, 0] * 4


def test_the_errors_are_means_at_the_positions_of_a_cycle(
    predictions: Callable[..., Predictions],
) -> None:
    made = predictions("xor", 40, np.array([0.3]))
    bits = made.stream.symbols
    for position, error in enumerate(XorReport(made).errors):
        own = [(0.3 - bits[t]) ** 2 for t in range(1, len(bits)) if t % 12 == position]
        assert error == pytest.approx(np.mean(own), rel=1e-12)


def test_the_errors_from_the_last_two_bits() -> None:
    """Over all pairs of threes, with the best constant for each value of the two bits."""
    threes = [(a, b, a ^ b) for a, b in product((0, 1), repeat=2)]
    cases = [
        ((both[t - 2] ^ both[t - 1]), both[t], t - 3)
        for both in (before + after for before, after in product(threes, repeat=2))
        for t in (3, 4, 5)
    ]
    guess = {
        exclusive: np.mean([bit for known, bit, _ in cases if known == exclusive])
        for exclusive in (0, 1)
    }
    for position, error in enumerate(LAST_TWO_BITS):
        own = [(guess[known] - bit) ** 2 for known, bit, at in cases if at == position]
        assert np.mean(own) == pytest.approx(error, rel=1e-12)
