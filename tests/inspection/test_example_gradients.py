import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.func import grad
from torch.nn.utils import parameters_to_vector

import elman
from elman.inspection.example_gradients import (
    agreeing,
    example_gradients,
    plot_column_matrix,
    strongest,
)
from elman.inspection.weights import cost_at
from elman.networks import ConvolutionalNetwork, FeedforwardNetwork, SequenceAutoencoder
from elman.reference import feedforward as reference
from elman.tasks.digits.objective import Reconstruction
from elman.training.class_objectives import CrossEntropy, SquaredError
from elman.training.objectives import Objective

N, CLASSES = 23, 3  # more examples than are computed at once
a = torch.rand(N, 36, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
y = torch.arange(N) % CLASSES


def weights(network: nn.Module) -> Tensor:
    return parameters_to_vector(network.parameters()).detach().double()


@pytest.mark.parametrize("σ", ["sigmoid", "tanh"])
def test_they_are_those_derived_by_hand(σ: str) -> None:
    network = FeedforwardNetwork([36, 5, 4, CLASSES], activation=σ, dtype=torch.float64)
    found = example_gradients(weights(network), network, SquaredError().cost, a, y)

    layers = [
        reference.Layer(layer.W.detach().numpy(), layer.b.detach().numpy())  # type: ignore[union-attr, operator]
        for layer in network.layers
    ]
    activations = reference.feedforward(a.numpy(), layers, σ)
    dC_da = reference.squared_error_gradient(activations[-1], np.eye(CLASSES)[y.numpy()])
    by_hand = reference.example_gradients(dC_da, activations, layers, σ).layers
    columns = [each.reshape(N, -1) for layer in by_hand for each in layer]
    np.testing.assert_allclose(found.numpy(), np.concatenate(columns, axis=1), atol=1e-12)


RNN = functools.partial(elman.RNN, num_layers=2)
NETWORKS = [
    (FeedforwardNetwork([36, 5, CLASSES]), SquaredError(), y),
    (ConvolutionalNetwork(6, [2, 3], CLASSES, dropout=0.5), CrossEntropy(), y),
    (SequenceAutoencoder(6, 5, 2, RNN), Reconstruction(), a),
]


@pytest.mark.parametrize(
    ("network", "objective", "y"), NETWORKS, ids=[type(each).__name__ for each, _, _ in NETWORKS]
)
def test_they_average_to_the_gradient_of_the_batch(
    network: nn.Module, objective: Objective, y: Tensor
) -> None:
    network = network.double().eval()
    found = example_gradients(weights(network), network, objective.cost, a, y)
    assert found.shape == (N, sum(p.numel() for p in network.parameters()))

    batch = torch.autograd.grad(objective.cost(network(a), y), list(network.parameters()))
    torch.testing.assert_close(found.mean(0), parameters_to_vector(batch), atol=1e-14, rtol=0)
    for n in (0, N - 1):
        cost = objective.cost(network(a[n : n + 1]), y[n : n + 1])
        own = torch.autograd.grad(cost, list(network.parameters()))
        torch.testing.assert_close(found[n], parameters_to_vector(own), atol=1e-14, rtol=0)


def test_not_through_the_built_in_recurrent_layer() -> None:
    network = SequenceAutoencoder(6, 5, 2, nn.RNN)
    with pytest.raises(ValueError, match=r"one on elman\.RNN has \(rnn=elman\)"):
        example_gradients(weights(network), network, Reconstruction().cost, a, a)


def test_as_many_agree_as_cost_less_after_a_step() -> None:
    torch.manual_seed(0)
    network = FeedforwardNetwork([36, 5, CLASSES], last_activation="identity")
    w, cost = weights(network), CrossEntropy().cost
    step = -1e-6 * grad(cost_at)(w, network, cost, a, y)
    less = [
        cost_at(w + step, network, cost, x[None], k[None])
        < cost_at(w, network, cost, x[None], k[None])
        for x, k in zip(a, y, strict=True)
    ]
    found = agreeing(example_gradients(w, network, cost, a, y))
    assert found == sum(less)
    assert 0 < found < N


def test_the_strongest_weights() -> None:
    gradients = torch.tensor([[1.0, -5.0, 0.0, 2.0], [1.0, 5.0, 0.0, 2.0]])
    assert strongest(gradients, 2).tolist() == [1, 3]
    assert strongest(gradients, 9).tolist() == [0, 1, 2, 3]


def test_the_picture_shows_the_changes_by_class_and_their_mean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures: list[Figure] = []
    save = Figure.savefig

    def savefig(figure: Figure, *arguments: Any, **options: Any) -> None:
        figures.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    network = FeedforwardNetwork([2, 2])
    gradients = torch.arange(18.0).view(3, 6)
    picture = tmp_path / "matrix.png"
    plot_column_matrix(
        {"before": gradients, "after": -gradients}, torch.tensor([1, 0, 1]), network, picture
    )

    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    [figure] = figures
    columns, mean, after = figure.axes[:3]
    assert [columns.get_title(), after.get_title()] == ["before", "after"]
    shown = columns.images[0].get_array()
    np.testing.assert_array_equal(shown, -gradients[[1, 0, 2]].T)
    np.testing.assert_array_equal(after.images[0].get_array(), -shown)
    np.testing.assert_array_equal(mean.images[0].get_array(), -gradients.mean(0)[:, None])
    assert [tick.get_text() for tick in columns.get_xticklabels()] == ["0", "1"]
    assert columns.get_xticks().tolist() == [0.0, 1.5]
    assert columns.get_yticklabels()[3].get_text() == "layers.0.W[1, 1]"
