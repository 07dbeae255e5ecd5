import copy
import math
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from elman.comparison.learning import Learner, train_side_by_side, with_torch_rnn
from elman.layers import RNN
from elman.networks import LanguageModel
from elman.tasks.language.data import CharacterData
from elman.training.schedules import warmup_cosine

STEPS = 30


@pytest.fixture
def data(book: Path) -> CharacterData:
    data = CharacterData(str(book), batch_size=4, chunk_length=40)
    data.setup()
    return data


@pytest.fixture
def network(data: CharacterData) -> LanguageModel:
    torch.manual_seed(0)
    # In float64 rounding errors stay negligible for a few steps.
    return LanguageModel(len(data.vocabulary), 8, 16, RNN).double()


def learner(network: nn.Module) -> Learner:
    return Learner(network, partial(torch.optim.Adam, lr=1e-2), warmup_cosine, STEPS)


def test_both_layers_train_identically(network: LanguageModel, data: CharacterData) -> None:
    other = with_torch_rnn(network)
    initial = copy.deepcopy(network.state_dict())
    steps = []
    learning = train_side_by_side(
        learner(network), learner(other), data, STEPS, torch.device("cpu"), lambda: steps.append(1)
    )
    ours, theirs = learning.ours, learning.theirs
    assert len(ours.bpc) == len(theirs.bpc) == len(steps) == STEPS
    assert len(data.train_dataloader()) < STEPS  # the text was repeated
    assert max(learning.differences) < 1e-9
    assert ours.validation_bpc == pytest.approx(theirs.validation_bpc, abs=1e-9)
    assert ours.validation_bpc < ours.bpc[0] - 0.5
    assert ours.seconds > 0
    assert theirs.seconds > 0
    assert learning.source == data.source
    # Both have one b: the biases of torch.nn.RNN did not move twice as far.
    assert not torch.equal(network.rnn.b, initial["rnn.cells.0.b"])
    torch.testing.assert_close(network.rnn.b, other.rnn.bias_ih_l0)
    assert not other.rnn.bias_hh_l0.any()


def test_different_networks_differ(network: LanguageModel, data: CharacterData) -> None:
    other = with_torch_rnn(network)
    with torch.no_grad():
        other.rnn.weight_hh_l0[0, 0] += 0.1
    learning = train_side_by_side(learner(network), learner(other), data, 3, torch.device("cpu"))
    assert learning.differences[0] > 1e-6


def test_validation_carries_the_state_from_chunk_to_chunk(
    network: LanguageModel, data: CharacterData
) -> None:
    learning = train_side_by_side(
        learner(network), learner(with_torch_rnn(network)), data, 1, torch.device("cpu")
    )
    inputs, y = (torch.cat(chunks) for chunks in zip(*data.val_dataloader(), strict=True))
    O, _ = network(inputs)
    cost = nn.functional.cross_entropy(O.flatten(0, 1), y.flatten())
    assert learning.ours.validation_bpc == pytest.approx(cost.item() / math.log(2))


@pytest.mark.parametrize(
    ("rnn", "message"),
    [
        (nn.RNN, "rnn must be elman"),
        (partial(RNN, num_layers=2, dropout=0.5), "rnn.dropout must be 0"),
        (partial(RNN, nonlinearity="sigmoid"), "tanh and relu only"),
    ],
)
def test_unsupported_layers(rnn: type[nn.Module], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        with_torch_rnn(LanguageModel(5, 8, 16, rnn))
