from functools import partial

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given
from torch import nn

import elman
from elman.networks import SpeechRecognizer


def network(rnn: type[nn.Module] = elman.RNN, **options: object) -> SpeechRecognizer:
    torch.manual_seed(0)
    make = partial(rnn, **{"num_layers": 2, "bidirectional": True, **options})
    return SpeechRecognizer(3, 5, 4, make).double()


@pytest.mark.parametrize("rnn", [elman.RNN, nn.RNN])
@given(lengths=st.lists(st.integers(1, 7), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_padding_and_company_do_not_change_what_is_heard(
    rnn: type[nn.Module], lengths: list[int], seed: int
) -> None:
    hears = network(rnn)
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(9, len(lengths), 3, generator=generator, dtype=torch.float64)
    together, steps = hears(X, torch.tensor(lengths))
    assert together.shape == (9, len(lengths), 5)
    assert steps.tolist() == lengths
    for b, T in enumerate(lengths):
        alone, _ = hears(X[:T, b : b + 1], torch.tensor([T]))
        torch.testing.assert_close(together[:T, b], alone[:, 0], rtol=0, atol=1e-12)


def test_are_the_slides_equations() -> None:
    hears = network(num_layers=1, bidirectional=False)
    X = torch.randn(6, 2, 3, dtype=torch.float64)
    log_y, _ = hears(X, torch.tensor([6, 6]))
    U, V, b, W, c = (
        each.detach().numpy()
        for each in (hears.rnn.U, hears.rnn.V, hears.rnn.b, hears.readout.W, hears.readout.c)
    )
    h = np.zeros((2, 4))
    for t in range(6):
        h = np.tanh(X[t].numpy() @ U + h @ V + b)
        y = np.exp(c + h @ W.T)
        np.testing.assert_allclose(log_y[t].exp().detach(), y / y.sum(1, keepdims=True), atol=1e-12)


def test_example_inputs() -> None:
    hears = network().float()
    log_y, _ = hears(*hears.example_inputs())
    assert log_y.shape == (5, 2, 5)


def test_batch_first_is_refused() -> None:
    with pytest.raises(ValueError, match=r"rnn.batch_first must be false in a speech recognizer"):
        network(batch_first=True)
