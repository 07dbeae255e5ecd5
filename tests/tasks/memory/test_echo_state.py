import numpy as np
import pytest
import torch
from sklearn.linear_model import RidgeCV
from torch import Tensor

from elman.tasks.memory.echo_state import LEAST, PENALTIES, EchoState


def states(network: EchoState, X: Tensor) -> np.ndarray:
    """All states `(T, B, H)`, in NumPy."""
    U, V, b = (weight.detach().numpy() for weight in network.rnn.parameters())
    h, all_states = np.zeros((X.shape[1], len(V))), []
    for X_t in X.numpy():
        h = np.tanh(X_t @ U + h @ V + b)
        all_states.append(h)
    return np.array(all_states)


@pytest.fixture
def network() -> EchoState:
    return EchoState(input_size=2, hidden_size=20, seed=3)


@pytest.fixture
def X() -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).normal(size=(6, 40, 2))).float()


def test_V_has_the_spectral_radius_and_is_fixed_by_the_seed(network: EchoState) -> None:
    V = network.rnn.V.detach().numpy()
    assert abs(np.linalg.eigvals(V)).max() == pytest.approx(0.99, rel=1e-5)
    torch.manual_seed(0)
    drawn = torch.rand(1)
    torch.manual_seed(0)
    assert torch.equal(EchoState(2, 20, seed=3).rnn.V, network.rnn.V)
    assert torch.equal(torch.rand(1), drawn)  # torch's own random numbers are as before
    assert not torch.equal(EchoState(2, 20, seed=4).rnn.V, network.rnn.V)


def test_numbers_are_predicted_from_the_last_state(network: EchoState, X: Tensor) -> None:
    y = X[-1, :, 0] + X[-2, :, 1]
    network.fit(X, y)
    h = states(network, X)[-1]
    expected = RidgeCV(PENALTIES).fit(h, y.numpy()).predict(h)
    O = network.predict(X, y)
    assert O.shape == (40, 1)
    np.testing.assert_allclose(O[:, 0], expected, atol=1e-3)


def test_classes_are_predicted_as_logarithms_of_probabilities(
    network: EchoState, X: Tensor
) -> None:
    y = (X[-1, :, 0] > 0).long() + (X[-1, :, 1] > 0).long()
    network.fit(X, y, classes=3)
    O = network.predict(X, y)
    assert O.shape == (40, 3)
    p = O.exp()
    assert p.min().item() == pytest.approx(LEAST)
    inside = p.amin(1) > 1.01 * LEAST  # no probability was raised to the least
    assert inside.sum() > 5
    np.testing.assert_allclose(p[inside].sum(1), 1, atol=1e-4)
    assert (O.argmax(1) == y).float().mean() > 0.7  # the largest class has half of them


def test_padding_is_left_out_of_the_fit(network: EchoState, X: Tensor) -> None:
    y = torch.sign(X)
    y[4:, :20] = 0
    network.fit(X, y)
    h, mask = states(network, X), (y != 0).all(-1).numpy()
    expected = RidgeCV(PENALTIES).fit(h[mask], y.numpy()[mask]).predict(h.reshape(-1, 20))
    O = network.predict(X, y)
    assert O.shape == (6, 40, 2)
    np.testing.assert_allclose(O.reshape(-1, 2), expected, atol=1e-3)
