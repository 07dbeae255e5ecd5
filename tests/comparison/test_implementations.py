from importlib.util import find_spec

import pytest
import torch

from elman import RNN
from elman.comparison.implementations import (
    OTHER_LIBRARIES,
    TORCH,
    Implementation,
    all_implementations,
    elman_and_torch,
    inference,
    train_step,
)
from elman.comparison.sizes import Sizes
from elman.recurrence import ENGINES

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def implementations() -> dict[str, Implementation]:
    return all_implementations(Sizes(5, 4, 3, 8), CPU)


@pytest.mark.filterwarnings("ignore")  # from the other libraries
def test_all_compute_the_same_states(implementations: dict[str, Implementation]) -> None:
    installed = {name for name, (library, _) in OTHER_LIBRARIES.items() if find_spec(library)}
    engines = {f"elman {engine}" for engine in ("auto", *ENGINES)}
    assert implementations.keys() == {TORCH} | engines | installed
    expected = implementations[TORCH].inference()
    for name, implementation in implementations.items():
        states = torch.as_tensor(implementation.inference())
        torch.testing.assert_close(states, expected, rtol=1e-4, atol=1e-5, msg=name)
        if implementation.train is not None:
            implementation.train()


def test_engines_compute_the_same_gradients(implementations: dict[str, Implementation]) -> None:
    dUT, dVT, db, _ = implementations[TORCH].train()  # type: ignore[misc]
    for engine in ENGINES:
        gradients = implementations[f"elman {engine}"].train()  # type: ignore[misc]
        torch.testing.assert_close(gradients, (dUT.T, dVT.T, db), rtol=1e-4, atol=1e-5)


def test_one_engine(device: torch.device) -> None:
    pair = elman_and_torch(Sizes(5, 2, 3, 4), device, "unrolled")
    assert list(pair) == [TORCH, "elman unrolled"]
    states, expected = (pair[name].inference() for name in ("elman unrolled", TORCH))
    torch.testing.assert_close(states, expected)


def test_steps() -> None:
    rnn, X = RNN(3, 4), torch.randn(5, 2, 3)
    assert inference(rnn, X).is_inference()
    expected = torch.autograd.grad(rnn(X)[0].sum(), list(rnn.parameters()))
    torch.testing.assert_close(train_step(rnn, X), expected)
