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


def test_cost_and_gradients_equal_the_reference() -> None:
    """The slides' complete network: recurrence, readout, softmax, average cost."""
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
    result = reference.cost_and_gradients(X, y.numpy(), h_0, U, V, b, W, c)

    expected = {
        "rnn.cells.0.U": result.recurrence.U,
        "rnn.cells.0.V": result.recurrence.V,
        "rnn.cells.0.b": result.recurrence.b,
        "readout.W": result.W,
        "readout.c": result.c,
    }
    assert cost.item() == pytest.approx(result.C, abs=1e-12)
    gradients = {name: weight.grad for name, weight in network.named_parameters()}
    for name, gradient in expected.items():
        torch.testing.assert_close(
            gradients[name], torch.from_numpy(gradient), rtol=1e-12, atol=1e-12
        )


@rnns
def test_two_segments_with_the_state_passed_on_equal_the_whole(rnn: type[nn.Module]) -> None:
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
def test_generates_the_argmax_at_low_temperature(rnn: type[nn.Module]) -> None:
    """At a temperature near zero, only the most probable character is sampled."""
    network = model(rnn)
    prompt = torch.tensor([1, 2])
    generated = network.generate(prompt, 5, temperature=1e-300)
    text = torch.cat([prompt, generated])
    O, _ = network(text[:-1, None])
    assert torch.equal(generated, O[1:, 0].argmax(-1))


def test_seed_and_temperature() -> None:
    network = model()
    prompt = torch.tensor([1])

    def generate(seed: int, temperature: float = 1.0) -> list[int]:
        generator = torch.Generator().manual_seed(seed)
        return network.generate(prompt, 200, temperature, generator).tolist()

    assert generate(0) == generate(0) != generate(1)
    hot = torch.bincount(torch.tensor(generate(0, temperature=1e6)), minlength=7)
    assert hot.min() >= 15  # all seven characters have similar frequencies


def test_length_0() -> None:
    assert model().generate(torch.tensor([1]), 0).shape == (0,)


@pytest.mark.parametrize(
    ("prompt", "length", "temperature", "message"),
    [
        ([], 3, 1.0, "prompt must have at least one character"),
        ([1], -1, 1.0, "length must be an int of at least 0, got -1"),
        ([1], 3, 0.0, "temperature must be a number greater than zero, got 0"),
        ([1], 3, float("nan"), "temperature must be a number greater than zero, got nan"),
    ],
)
def test_bad_arguments_of_generate(
    prompt: list[int], length: int, temperature: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        model().generate(torch.tensor(prompt, dtype=torch.int64), length, temperature)


@rnns
@pytest.mark.parametrize("flag", ["bidirectional", "batch_first"])
def test_rejects_unsupported_layers(rnn: type[nn.Module], flag: str) -> None:
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in LanguageModel"):
        LanguageModel(7, 3, 5, partial(rnn, **{flag: True}))


@pytest.mark.parametrize("name", ["vocabulary_size", "embedding_size", "hidden_size"])
def test_sizes_must_be_positive(name: str) -> None:
    sizes = {"vocabulary_size": 7, "embedding_size": 3, "hidden_size": 5, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be greater than zero, got 0"):
        LanguageModel(**sizes, rnn=RNN)
