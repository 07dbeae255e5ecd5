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
    pictures = torch.rand(B, 3, 8, 8, generator=generator, dtype=torch.float64)
    return pictures, torch.randint(6, (T, B), generator=generator)


def test_is_the_same_network_of_torchs_operations() -> None:
    network = captioner()
    pictures, words = inputs()
    a, found = 1 - pictures, []
    for convolution in network.convolutions:
        a = functional.conv2d(a, convolution.W, convolution.b, stride=2, padding=1).relu()
        found.append(a.flatten(2).max(-1).values)
    a = torch.cat([*found, a.flatten(1)], 1)
    h = torch.tanh(functional.linear(a, network.begin.W, network.begin.b))
    for t, O_t in enumerate(network(pictures, words)):
        X_t = network.embedding.weight[words[t]]
        h = torch.tanh(X_t @ network.rnn.U + h @ network.rnn.V + network.rnn.b)
        right = network.readout.c + h @ network.readout.W.T
        torch.testing.assert_close(O_t, right, rtol=1e-12, atol=1e-12)


STRIDE = 2


@pytest.mark.parametrize("rnn", [RNN, nn.RNN])
def test_every_layer_begins_with_the_picture(rnn: Any) -> None:
    network = captioner(partial(rnn, num_layers=2))
    pictures, words = inputs()
    h_0 = network.encode(pictures)
    assert h_0.shape == (2, 3, 7)
    h, _ = network.rnn(network.embedding(words), h_0)
    torch.testing.assert_close(network(pictures, words), network.readout(h))
    assert not torch.allclose(h_0[0], h_0[1])


def test_padding_changes_nothing_before_it() -> None:
    network = captioner()
    pictures, words = inputs()
    other = torch.cat([words[:3], (words[3:] + 1) % 6])
    torch.testing.assert_close(network(pictures, words)[:3], network(pictures, other)[:3])
    alone = network(pictures[1:2], words[:3, 1:2])
    torch.testing.assert_close(alone, network(pictures, words)[:3, 1:2])


@pytest.mark.parametrize("rnn", [RNN, nn.RNN])
def test_one_word_at_a_time_is_the_same(rnn: Any) -> None:
    network = captioner(partial(rnn, num_layers=2))
    pictures, words = inputs()
    state: tuple[Tensor, ...] = (network.encode(pictures),)
    for t, O_t in enumerate(network(pictures, words)):
        log_p, state = network.step(words[t], state)
        torch.testing.assert_close(log_p, O_t.log_softmax(-1))


def test_writes_the_likeliest_words() -> None:
    network = captioner()
    pictures, _ = inputs()
    tokens = network.write(pictures, begin=0, end=1, width=1, maximum_length=4).tokens[:, 0]
    words = torch.zeros(1, 3, dtype=torch.long)
    for _ in range(tokens.shape[1]):
        words = torch.cat([words, network(pictures, words)[-1:].argmax(-1)])
    for row, right in zip(tokens.tolist(), words[1:].T.tolist(), strict=True):
        length = right.index(1) + 1 if 1 in right else len(right)
        assert row[:length] == right[:length]


def test_no_word_is_dropped_but_in_training() -> None:
    network = captioner(word_dropout=0.5, dropout=0.5)
    pictures, words = inputs()
    assert not torch.equal(network(pictures, words), network(pictures, words))
    network.eval()
    assert torch.equal(network(pictures, words), network(pictures, words))


def test_a_decoder_that_sees_no_words_tells_by_the_picture_alone() -> None:
    network = captioner(word_dropout=1.0)
    pictures, words = inputs()
    assert torch.equal(network(pictures, words), network(pictures, (words + 1) % 6))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"side": 0}, "side must be greater than zero, got 0"),
        ({"side": 6}, "side must be a multiple of 4, which 2 layers of channels can halve, got 6"),
        ({"vocabulary_size": 0}, "vocabulary_size must be greater than zero, got 0"),
        ({"channels": [4, 0]}, "out_channels must be greater than zero, got 0"),
        ({"embedding_size": 0}, "embedding_size must be greater than zero, got 0"),
        ({"hidden_size": 0}, "hidden_size must be greater than zero, got 0"),
        ({"dropout": 2}, "dropout must be a number from 0 to 1, got 2"),
        ({"word_dropout": -1}, "word_dropout must be a number from 0 to 1, got -1"),
    ],
)
def test_values_out_of_range(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        captioner(**values)


@pytest.mark.parametrize("flag", ["bidirectional", "batch_first"])
def test_layers_that_do_not_fit(flag: str) -> None:
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in a captioner"):
        captioner(partial(RNN, **{flag: True}))
