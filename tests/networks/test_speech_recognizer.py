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
def test_padding_and_other_utterances_have_no_effect(
    rnn: type[nn.Module], lengths: list[int], seed: int
) -> None:
    recognizer = network(rnn)
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(9, len(lengths), 3, generator=generator, dtype=torch.float64)
    batch, steps = recognizer(X, torch.tensor(lengths))
    assert batch.shape == (9, len(lengths), 5)
    assert steps.tolist() == lengths
    for b, T in enumerate(lengths):
        single, _ = recognizer(X[:T, b : b + 1], torch.tensor([T]))
        torch.testing.assert_close(batch[:T, b], single[:, 0], rtol=0, atol=1e-12)


def test_equals_the_equations_of_the_slides() -> None:
    recognizer = network(num_layers=1, bidirectional=False)
    X = torch.randn(6, 2, 3, dtype=torch.float64)
    log_y, _ = recognizer(X, torch.tensor([6, 6]))
    U, V, b, W, c = (
        each.detach().numpy()
        for each in (
            recognizer.rnn.U,
            recognizer.rnn.V,
            recognizer.rnn.b,
            recognizer.readout.W,
            recognizer.readout.c,
        )
    )
    h = np.zeros((2, 4))
    for t in range(6):
        h = np.tanh(X[t].numpy() @ U + h @ V + b)
        y = np.exp(c + h @ W.T)
        np.testing.assert_allclose(log_y[t].exp().detach(), y / y.sum(1, keepdims=True), atol=1e-12)


def test_example_inputs() -> None:
    recognizer = network().float()
    log_y, _ = recognizer(*recognizer.example_inputs())
    assert log_y.shape == (5, 2, 5)


def test_rejects_batch_first() -> None:
    with pytest.raises(ValueError, match=r"rnn.batch_first must be false in SpeechRecognizer"):
        network(batch_first=True)
