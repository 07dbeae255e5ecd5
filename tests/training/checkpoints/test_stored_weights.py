from pathlib import Path

import pytest
import torch
from torch import nn

import elman
from elman.training.checkpoints.stored_weights import at_most, check_weights, weights_of

FILE = Path("best.ckpt")


def test_the_weights_of_the_network_are_those_with_its_prefix() -> None:
    stored = {"network.W": torch.ones(1), "objective.c": torch.ones(1)}
    assert list(weights_of({"state_dict": stored})) == ["W"]


def test_weights_of_other_precision_fit() -> None:
    network = nn.Linear(2, 3)
    check_weights(FILE, network, {k: w.double() for k, w in network.state_dict().items()})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias": None}, "they have no network.bias"),
        ({"c": torch.zeros(1)}, "the network has no network.c"),
        ({"bias": torch.zeros(2)}, r"network.bias is \(2,\), not \(3,\)"),
        (
            {"bias": torch.zeros(3, dtype=torch.int8)},
            "network.bias is torch.int8, not torch.float32",
        ),
    ],
)
def test_weights_that_do_not_fit(change: dict[str, torch.Tensor | None], message: str) -> None:
    with torch.device("meta"):
        network = nn.Linear(2, 3)
    weights = {"weight": torch.zeros(3, 2), "bias": torch.zeros(3), **change}
    given = {name: weight for name, weight in weights.items() if weight is not None}
    with pytest.raises(
        ValueError, match=f"the weights in best.ckpt are of another network: {message}"
    ):
        check_weights(FILE, network, given)


@pytest.mark.parametrize("layer", [elman.RNN, nn.RNN])
def test_a_network_of_too_many_layers_is_not_built(layer: type[nn.Module]) -> None:
    with at_most(40), torch.device("meta"):
        layer(2, 3, num_layers=2)
    too_many = pytest.raises(ValueError, match="more than 40 parameters")
    with too_many, at_most(40), torch.device("meta"):
        layer(2, 3, num_layers=1000)
    layer(2, 3, num_layers=30)  # the limit is gone
