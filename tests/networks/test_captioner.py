from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from elman import RNN
from elman.networks import Captioner

SIZES: dict[str, Any] = {
    "side": 8, "vocabulary_size": 6, "channels": [4, 5], "embedding_size": 3, "hidden_size": 7,
}  # fmt: skip


def captioner(rnn: Any = RNN, **values: Any) -> Captioner:
    torch.manual_seed(0)
    return Captioner(**{**SIZES, **values}, rnn=rnn).double()


def inputs(B: int = 3, T: int = 5) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(B, 3, 8, 8, generator=generator, dtype=torch.float64)
    return images, torch.randint(6, (T, B), generator=generator)


def test_equals_torch_operations() -> None:
    network = captioner()
    images, words = inputs()
    a, features = 1 - images, []
    for convolution in network.convolutions:
        a = functional.conv2d(a, convolution.W, convolution.b, stride=2, padding=1).relu()
        features.append(a.flatten(2).max(-1).values)
    a = torch.cat([*features, a.flatten(1)], 1)
    h = h_0 = torch.tanh(functional.linear(a, network.begin.W, network.begin.b))
    for t, O_t in enumerate(network(images, words)):
        X_t = torch.cat([network.embedding.weight[words[t]], h_0], -1)
        h = torch.tanh(X_t @ network.rnn.U + h @ network.rnn.V + network.rnn.b)
        expected = network.readout.c + h @ network.readout.W.T
        torch.testing.assert_close(O_t, expected, rtol=1e-12, atol=1e-12)


STRIDE = 2


@pytest.mark.parametrize("rnn", [RNN, nn.RNN])
def test_the_image_is_the_initial_state_of_every_layer(rnn: Any) -> None:
    network = captioner(partial(rnn, num_layers=2))
    images, words = inputs()
    h_0 = network.encode(images)
    assert h_0.shape == (2, 3, 7)
    X = torch.cat([network.embedding(words), h_0[0].repeat(5, 1, 1)], -1)
    h, _ = network.rnn(X, h_0)
    torch.testing.assert_close(network(images, words), network.readout(h))
    assert not torch.allclose(h_0[0], h_0[1])


def test_padding_does_not_change_earlier_outputs() -> None:
    network = captioner()
    images, words = inputs()
    other = torch.cat([words[:3], (words[3:] + 1) % 6])
    torch.testing.assert_close(network(images, words)[:3], network(images, other)[:3])
    single = network(images[1:2], words[:3, 1:2])
    torch.testing.assert_close(single, network(images, words)[:3, 1:2])


@pytest.mark.parametrize("rnn", [RNN, nn.RNN])
def test_generates_the_most_probable_words(rnn: Any) -> None:
    network = captioner(partial(rnn, num_layers=2))
    network.readout.c.data[1] = -100  # the end token never
    images, _ = inputs()
    tokens = network.generate(images, begin=0, end=1, width=1, maximum_length=6).tokens[:, 0]
    words = torch.zeros(1, 3, dtype=torch.long)
    for _ in range(6):
        words = torch.cat([words, network(images, words)[-1:].argmax(-1)])
    assert torch.equal(tokens, words[1:].T)
    assert len(tokens.unique(dim=0)) > 1


def test_dropout_only_in_training() -> None:
    network = captioner(word_dropout=0.5, dropout=0.5)
    images, words = inputs()
    assert not torch.equal(network(images, words), network(images, words))
    network.eval()
    assert torch.equal(network(images, words), network(images, words))


def test_with_word_dropout_1_the_words_have_no_effect() -> None:
    network = captioner(word_dropout=1.0)
    images, words = inputs()
    assert torch.equal(network(images, words), network(images, (words + 1) % 6))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"side": 0}, "side must be from 1 to 10000, got 0"),
        ({"side": 6}, "side must be a multiple of 4, since each of 2 layers halves it, got 6"),
        ({"vocabulary_size": 0}, "vocabulary_size must be greater than zero, got 0"),
        ({"channels": [4, 0]}, r"channels\[1\] must be greater than zero, got 0"),
        ({"embedding_size": 0}, "embedding_size must be greater than zero, got 0"),
        ({"hidden_size": 0}, "hidden_size must be greater than zero, got 0"),
        ({"dropout": 2}, "dropout must be a number from 0 to 1, got 2"),
        ({"word_dropout": -1}, "word_dropout must be a number from 0 to 1, got -1"),
    ],
)
def test_bad_arguments(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        captioner(**values)


@pytest.mark.parametrize("flag", ["bidirectional", "batch_first"])
def test_rejects_unsupported_layers(flag: str) -> None:
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in Captioner"):
        captioner(partial(RNN, **{flag: True}))
