from functools import partial

import pytest
import torch
from torch import nn

from elman import RNN, reference
from elman.networks import LanguageModel

rnns = pytest.mark.parametrize("rnn", [RNN, nn.RNN])


def model(rnn: type[nn.Module] = RNN) -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(vocabulary_size=7, embedding_size=3, hidden_size=5, rnn=rnn).double()


def test_cost_and_gradients_are_those_of_the_reference() -> None:
    """The slides' whole network: recurrence, readout, softmax, average cost."""
    network = model()
    characters, y = torch.randint(7, (6, 2)), torch.randint(7, (6, 2))
    O, _ = network(characters)
    cost = nn.functional.cross_entropy(O.flatten(0, 1), y.flatten())
    cost.backward()

    E = network.embedding.weight.detach().numpy()
    U, V, b = (w.detach().numpy() for w in (network.rnn.U, network.rnn.V, network.rnn.b))
    W, c = network.readout.W.detach().numpy(), network.readout.c.detach().numpy()
    h_0 = torch.zeros(2, 5, dtype=torch.float64).numpy()
    X = E[characters.numpy()]
    right = reference.cost_and_gradients(X, y.numpy(), h_0, U, V, b, W, c)

    expected = {
        "rnn.cells.0.U": right.recurrence.U,
        "rnn.cells.0.V": right.recurrence.V,
        "rnn.cells.0.b": right.recurrence.b,
        "readout.W": right.W,
        "readout.c": right.c,
    }
    assert cost.item() == pytest.approx(right.C, abs=1e-12)
    gradients = {name: weight.grad for name, weight in network.named_parameters()}
    for name, gradient in expected.items():
        torch.testing.assert_close(
            gradients[name], torch.from_numpy(gradient), rtol=1e-12, atol=1e-12
        )


@rnns
def test_reading_on_from_a_state_is_reading_in_one_go(rnn: type[nn.Module]) -> None:
    network = model(rnn)
    characters = torch.randint(7, (6, 2))
    O, h_n = network(characters)
    first, h = network(characters[:4])
    second, h = network(characters[4:], h)
    torch.testing.assert_close(torch.cat([first, second]), O)
    torch.testing.assert_close(h, h_n)


def test_predictions_do_not_depend_on_later_characters() -> None:
    network = model()
    characters = torch.randint(7, (6, 1))
    other = characters.clone()
    other[4:] = (other[4:] + 1) % 7
    assert torch.equal(network(characters)[0][:4], network(other)[0][:4])
    assert not torch.equal(network(characters)[0][4:], network(other)[0][4:])


@rnns
def test_writes_what_it_predicts(rnn: type[nn.Module]) -> None:
    """So cold that only the likeliest character is drawn, text is the argmax of each O_t."""
    network = model(rnn)
    prompt = torch.tensor([1, 2])
    written = network.generate(prompt, 5, temperature=1e-300)
    text = torch.cat([prompt, written])
    O, _ = network(text[:-1, None])
    assert torch.equal(written, O[1:, 0].argmax(-1))


def test_the_same_seed_writes_the_same_text_and_heat_makes_it_vary() -> None:
    network = model()
    prompt = torch.tensor([1])

    def write(seed: int, temperature: float = 1.0) -> list[int]:
        generator = torch.Generator().manual_seed(seed)
        return network.generate(prompt, 200, temperature, generator).tolist()

    assert write(0) == write(0) != write(1)
    hot = torch.bincount(torch.tensor(write(0, temperature=1e6)), minlength=7)
    assert hot.min() >= 15  # all seven characters about equally often


def test_writes_nothing_if_asked_for_nothing() -> None:
    assert model().generate(torch.tensor([1]), 0).shape == (0,)


@pytest.mark.parametrize(
    ("prompt", "length", "temperature", "message"),
    [
        ([], 3, 1.0, "prompt must have at least one character"),
        ([1], -1, 1.0, "length must be an int from 0 on, got -1"),
        ([1], 3, 0.0, "temperature must be a number greater than zero, got 0"),
        ([1], 3, float("nan"), "temperature must be a number greater than zero, got nan"),
    ],
)
def test_refuses_to_write_so(
    prompt: list[int], length: int, temperature: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        model().generate(torch.tensor(prompt, dtype=torch.int64), length, temperature)


@rnns
@pytest.mark.parametrize("flag", ["bidirectional", "batch_first"])
def test_refuses_a_layer_that_would_see_the_future_or_mix_up_time(
    rnn: type[nn.Module], flag: str
) -> None:
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in a language model"):
        LanguageModel(7, 3, 5, partial(rnn, **{flag: True}))


@pytest.mark.parametrize("name", ["vocabulary_size", "embedding_size", "hidden_size"])
def test_refuses_sizes_that_are_not_positive(name: str) -> None:
    sizes = {"vocabulary_size": 7, "embedding_size": 3, "hidden_size": 5, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be greater than zero, got 0"):
        LanguageModel(**sizes, rnn=RNN)
