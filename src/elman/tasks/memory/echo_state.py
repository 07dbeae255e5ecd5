"""The echo state network: what a recurrent network reaches without learning V."""

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from torch import Tensor
from torch.nn import functional

from elman.layers import RNN
from elman.layers.initialization import spectral_radius

RADIUS = 0.99  # spectral radius of V; below 1 the state forgets its beginning
PENALTIES = np.logspace(-6, 0, 7)  # of the ridge regression, which chooses among them
LEAST = 1e-4  # least predicted probability of a class


class EchoState:
    """Fixed random U, V and b; only the readout is learned, by ridge regression (Jaeger 2001).

        a_t = X_t U + h_{t−1} V + b      h_t = tanh(a_t)      O_t = c + W h_t

    where V is random, scaled to a spectral radius of 0.99. Classes are regressed as one-hot
    targets, whose predictions are probabilities p; their outputs are `O = log p`.

    Args:
        input_size: inputs I of a time step.
        hidden_size: hidden units H.
        seed: of the fixed weights.
    """

    def __init__(self, input_size: int, hidden_size: int, seed: int = 0) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            init_V = partial(spectral_radius, radius=RADIUS)
            self.rnn = RNN(input_size, hidden_size, init_V=init_V)
        self.readout = RidgeCV(PENALTIES)
        self.classes: int | None = None

    def fit(self, X: Tensor, y: Tensor, classes: int | None = None) -> None:
        """Fits the readout.

        Args:
            X: `(T, B, I)`.
            y: targets of the last state, `(B)`, or of all states, `(T, B)` or `(T, B, K)`. A time
                step whose K targets are all zero is padding.
            classes: number K of classes, if y are classes.
        """
        self.classes = classes
        target = y if classes is None else functional.one_hot(y, classes)
        h = self._features(X, y)
        if y.dim() == 3:
            mask = (y != 0).any(-1)
            h, target = h[mask], target[mask]
        flat = target.reshape(h[..., 0].numel(), -1).double().numpy()
        self.readout.fit(_rows(h), flat)

    def predict(self, X: Tensor, y: Tensor) -> Tensor:
        """Outputs for targets of the same shape as y: `(B, K)` or `(T, B, K)`."""
        h = self._features(X, y)
        O = torch.from_numpy(self.readout.predict(_rows(h)))
        O = O.reshape(*h.shape[:-1], -1).float()
        return O if self.classes is None else O.clamp(LEAST).log()

    @torch.no_grad()
    def _features(self, X: Tensor, y: Tensor) -> Tensor:
        """The last state `(B, H)`, or all states `(T, B, H)`."""
        return self.rnn.final_state(X)[0] if y.dim() == 1 else self.rnn(X)[0]


def _rows(h: Tensor) -> NDArray[np.float64]:
    rows: NDArray[np.float64] = h.reshape(-1, h.shape[-1]).double().numpy()
    return rows
