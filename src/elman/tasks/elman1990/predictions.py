"""What a network predicts in a test, beside the exact likelihoods."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from elman.tasks.elman1990.corpora import Corpus
from elman.tasks.elman1990.data import Elman1990Data
from elman.tasks.elman1990.source import Stream

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Predictions:
    """The predictions of all symbols of a stream but the first: T predictions.

    Attributes:
        corpus: that the stream is of.
        stream: of T + 1 symbols.
        y_hat: predicted codes, `(T, I)`.
        h: the states that predict them, `(T, H)`.
    """

    corpus: Corpus
    stream: Stream
    y_hat: Floats
    h: Floats

    @property
    def y(self) -> Floats:
        """The codes of the symbols to predict, `(T, I)`."""
        return self.corpus.codes[self.stream.symbols[1:]]

    @property
    def positions(self) -> NDArray[np.int64]:
        """Of the symbols to predict in their units, from 0 on, `(T)`."""
        return self.stream.positions[1:]

    @cached_property
    def expected(self) -> Floats:
        """`Σ_k p(x_t = k | x_1 … x_{t−1}) y_k`, which has the lowest squared error, `(T, I)`."""
        likelihoods = self.corpus.source.likelihoods(self.stream.symbols)[1:]
        expected: Floats = likelihoods @ self.corpus.codes
        return expected

    @property
    def errors(self) -> Floats:
        """`Σ (ŷ_t − y_t)²` of the network, `(T)`."""
        return self.bit_errors.sum(-1)  # type: ignore[no-any-return]

    @property
    def bit_errors(self) -> Floats:
        """`(ŷ_t − y_t)²` of each bit, `(T, I)`."""
        return (self.y_hat - self.y) ** 2

    @property
    def floors(self) -> Floats:
        """`Σ (ŷ_t − y_t)²` of the exact likelihoods, `(T)`."""
        return self.bit_floors.sum(-1)  # type: ignore[no-any-return]

    @property
    def bit_floors(self) -> Floats:
        """`(ŷ_t − y_t)²` of each bit, of the exact likelihoods, `(T, I)`."""
        return (self.expected - self.y) ** 2

    @property
    def constant(self) -> float:
        """The mean squared error of always predicting the mean code."""
        return float(((self.y.mean(0) - self.y) ** 2).sum(-1).mean())


@torch.no_grad()
def predict(network: nn.Module, data: Elman1990Data) -> Predictions:
    """The predictions of the test stream.

    Args:
        network: a `SimpleRecurrentNetwork`.
        data: gives the stream and the codes.
    """
    stream = data.stream("test")
    device = next(network.parameters()).device
    X = data.codes[stream.symbols[:-1]].unsqueeze(1).to(device)  # (T, 1, I)
    y_hat, _ = network(X)
    h, _ = network.rnn(X)  # type: ignore[operator]
    return Predictions(
        data.corpus, stream, *(a[:, 0].double().numpy(force=True) for a in (y_hat, h))
    )
