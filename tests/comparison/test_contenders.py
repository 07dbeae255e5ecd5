from importlib.util import find_spec

import pytest
import torch

from elman import RNN
from elman.comparison.contenders import OTHERS, contenders
from elman.recurrence import ENGINES


@pytest.mark.filterwarnings("ignore")  # of the other libraries, about themselves
def test_all_compute_the_same_states() -> None:
    rnn, X = RNN(3, 8), torch.randn(5, 4, 3)
    expected = rnn(X)[0]
    found = contenders(rnn, X)
    installed = {name for name, (library, _) in OTHERS.items() if find_spec(library)}
    ours = {f"elman {engine}" for engine in ("auto", *ENGINES)}
    assert found.keys() == {"torch.nn.RNN"} | ours | installed
    for name, contender in found.items():
        states = torch.as_tensor(contender.inference())
        torch.testing.assert_close(states, expected.detach(), rtol=1e-4, atol=1e-5, msg=name)
        if contender.train is not None:
            contender.train()


def test_the_engines_have_the_gradients_of_the_same_weights() -> None:
    rnn, X = RNN(3, 8), torch.randn(5, 4, 3)
    found = contenders(rnn, X)
    expected = torch.autograd.grad(rnn(X)[0].sum(), list(rnn.parameters()))
    for engine in ENGINES:
        train = found[f"elman {engine}"].train
        assert train is not None
        torch.testing.assert_close(train(), expected, rtol=1e-4, atol=1e-5)
