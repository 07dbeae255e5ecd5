from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from elman import RNN
from elman.networks import EncoderDecoder

K, I, H, A = 11, 4, 3, 5


def network(rnn: Any = RNN, attention_size: int | None = A, **options: Any) -> EncoderDecoder:
    torch.manual_seed(0)
    return EncoderDecoder(K, I, H, rnn, attention_size, **options).double().eval()


def run(cell: Any, X: list[Any], h: Any) -> list[Any]:
    """The recurrence of the slides, in NumPy."""
    U, V, b = (p.detach().numpy() for p in (cell.U, cell.V, cell.b))
    states = []
    for X_t in X:
        h = np.tanh(X_t @ U + h @ V + b)
        states.append(h)
    return states


@pytest.mark.parametrize("attention_size", [A, None])
def test_equations(attention_size: int | None) -> None:
    model = network(attention_size=attention_size)
    x, y = [7, 1, 9, 4], [1, 5, 6]
    O = model(torch.tensor(x).unsqueeze(1), torch.tensor([4]), torch.tensor(y).unsqueeze(1))

    E = model.readout.W.detach().numpy()  # E is W
    X = [np.sqrt(I) * E[token] for token in x]
    forward = run(model.encoder.cells[0], X, np.zeros(H))
    backward = run(model.encoder.cells[1], X[::-1], np.zeros(H))[::-1]
    h_s = [np.concatenate(pair) for pair in zip(forward, backward, strict=True)]
    W_0, b_0 = (p.detach().numpy() for p in (model.bridge.W, model.bridge.b))
    h_0 = np.tanh(W_0 @ np.concatenate([forward[-1], backward[0]]) + b_0)
    states = run(model.decoder.cells[0], [np.sqrt(I) * E[token] for token in y], h_0)
    W_h, b_h = (p.detach().numpy() for p in (model.joined.W, model.joined.b))
    for t, h_t in enumerate(states):
        features = h_t
        if model.attention is not None:
            W_a, U_a, v = (
                p.detach().numpy()
                for p in (model.attention.W_a, model.attention.U_a, model.attention.v)
            )
            e = np.array([v @ np.tanh(W_a @ h_t + U_a @ h) for h in h_s])
            α = np.exp(e) / np.exp(e).sum()
            features = np.concatenate([h_t, sum(α[s] * h_s[s] for s in range(len(x)))])
        expected = model.readout.c.detach().numpy() + E @ np.tanh(W_h @ features + b_h)
        np.testing.assert_allclose(O[t, 0].detach().numpy(), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
@pytest.mark.parametrize("attention_size", [A, None])
def test_padding_does_not_change_results(layer: Any, attention_size: int | None) -> None:
    model = network(partial(layer, num_layers=2), attention_size)
    lengths, targets = torch.tensor([3, 6, 1]), [4, 2, 5]
    x, y = torch.randint(K, (6, 3)), torch.randint(K, (5, 3))
    batch = model(x, lengths, y)
    for b in range(3):
        S, T = int(lengths[b]), targets[b]
        single = model(x[:S, b : b + 1], lengths[b : b + 1], y[:T, b : b + 1])
        torch.testing.assert_close(batch[:T, b], single[:, 0], rtol=0, atol=1e-12)


def test_outputs_do_not_depend_on_later_tokens() -> None:
    model = network()
    x, y = torch.randint(K, (4, 1)), torch.randint(K, (5, 1))
    changed = y.clone()
    changed[3:] = (y[3:] + 1) % K
    first, second = (model(x, torch.tensor([4]), tokens) for tokens in (y, changed))
    assert torch.equal(first[:3], second[:3])
    assert not torch.equal(first[3:], second[3:])


@pytest.mark.parametrize("layer", [RNN, nn.RNN])
def test_scores_equal_the_probabilities_of_the_outputs(layer: Any) -> None:
    model = network(layer)
    x, lengths = torch.randint(K, (5, 3)), torch.tensor([5, 2, 4])
    beams = model.translate(x, lengths, begin=1, end=2, width=4, maximum_length=6, length_penalty=0)

    def log_p(b: int, tokens: Tensor) -> Tensor:
        y = torch.cat([torch.tensor([1]), tokens[:-1]]).unsqueeze(1)
        O = model(x[:, b : b + 1], lengths[b : b + 1], y)
        return O[:, 0].log_softmax(-1).gather(1, tokens.unsqueeze(1)).sum()

    for b in range(3):
        for tokens, length, score in zip(*(x[b] for x in beams), strict=True):
            torch.testing.assert_close(log_p(b, tokens[:length].clone()), score.clone())


def test_tied_weights() -> None:
    model = network()
    assert model.embedding.weight is model.readout.W
    assert len(model.state_dict()) == len(list(model.parameters())) + 1  # one weight has two names


def test_dropout_only_in_training() -> None:
    model = network(dropout=0.5)
    inputs = model.example_inputs()
    assert torch.equal(model(*inputs), model(*inputs))
    model.train()
    assert not torch.equal(model(*inputs), model(*inputs))


@pytest.mark.parametrize("flag", ["bidirectional", "batch_first"])
def test_rejects_unsupported_layers(flag: str) -> None:
    with pytest.raises(ValueError, match=f"rnn.{flag} must be false in EncoderDecoder"):
        network(partial(RNN, **{flag: True}))


@pytest.mark.parametrize(
    "argument", ["vocabulary_size", "embedding_size", "hidden_size", "attention_size"]
)
def test_bad_sizes(argument: str) -> None:
    sizes = {"vocabulary_size": K, "embedding_size": I, "hidden_size": H, "attention_size": A}
    with pytest.raises(ValueError, match=f"{argument} must be greater than zero, got 0"):
        EncoderDecoder(**(sizes | {argument: 0}), rnn=RNN)
