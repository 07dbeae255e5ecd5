from collections.abc import Callable

import numpy as np
import pytest
import torch

from elman import RNN
from elman.networks import SimpleRecurrentNetwork
from elman.tasks.elman1990.data import Elman1990Data
from elman.tasks.elman1990.predictions import Predictions, predict


def test_each_symbol_is_predicted_from_those_before() -> None:
    torch.manual_seed(0)
    network = SimpleRecurrentNetwork(6, 6, 4, RNN)
    data = Elman1990Data("letters", test=10)
    made = predict(network, data)
    symbols = data.stream("test").symbols
    assert len(made.y_hat) == len(symbols) - 1
    state = None
    for t, symbol in enumerate(symbols[:-1]):
        with torch.no_grad():
            y_hat, state = network(data.codes[symbol].view(1, 1, 6), state)
        np.testing.assert_allclose(made.y_hat[t], y_hat[0, 0], rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(made.h[t], state[0, 0], rtol=1e-5, atol=1e-6)
        assert (made.y[t] == data.corpus.codes[symbols[t + 1]]).all()
        error = ((y_hat[0, 0].double().numpy() - made.y[t]) ** 2).sum()
        assert made.errors[t] == pytest.approx(error, rel=1e-5)
    assert (made.positions == data.stream("test").positions[1:]).all()


def test_nothing_has_a_lower_error_than_the_exact_likelihoods(
    predictions: Callable[..., Predictions],
) -> None:
    """In the letters: 0 at vowels, and at consonants the variance of two bits, 2/9 each."""
    exact = predictions("letters", 20_000)
    consonant = exact.positions == 0
    np.testing.assert_allclose(exact.floors[~consonant], 0, atol=1e-24)
    assert exact.floors[consonant].mean() == pytest.approx(4 / 9, rel=0.01)
    np.testing.assert_array_equal(exact.errors, exact.floors)
    constant = predictions("letters", 20_000, exact.y.mean(0))
    assert constant.errors.mean() == pytest.approx(constant.constant, rel=1e-12)
    for worse in (0.95, 1.05):
        changed = exact.y.mean(0) * worse
        assert predictions("letters", 20_000, changed).errors.mean() > constant.constant
