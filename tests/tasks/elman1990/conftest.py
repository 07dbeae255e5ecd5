"""Fixtures of the tests of the four experiments."""

from collections.abc import Callable

import numpy as np
import pytest

from elman.tasks.elman1990.corpora import CORPORA
from elman.tasks.elman1990.predictions import Floats, Predictions

Predict = Callable[..., Predictions]


@pytest.fixture
def predictions() -> Predict:
    """Makes predictions of a stream; with `y_hat=None` those of the exact likelihoods."""

    def predict(corpus: str, units: int, y_hat: Floats | None = None, seed: int = 0) -> Predictions:
        random = np.random.default_rng(seed)
        stream = CORPORA[corpus].source.sample(units, random)
        h = random.standard_normal((len(stream.symbols) - 1, 3))
        made = Predictions(CORPORA[corpus], stream, np.empty(0), h)
        y_hat = made.expected if y_hat is None else np.broadcast_to(y_hat, made.y.shape)
        return Predictions(made.corpus, stream, y_hat, h)

    return predict
