import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from elman.inspection.weights import cost_at
from elman.networks import FeedforwardNetwork
from elman.training.class_objectives import SquaredError


def test_the_cost_is_that_of_a_network_with_the_given_weights() -> None:
    torch.manual_seed(0)
    network, other = (FeedforwardNetwork([5, 4, 3], dtype=torch.float64) for _ in range(2))
    a, y = torch.rand(6, 5, dtype=torch.float64), torch.tensor([0, 1, 2, 0, 1, 2])
    own = parameters_to_vector(network.parameters()).detach()
    w = torch.randn_like(own)
    vector_to_parameters(w, other.parameters())

    cost = SquaredError().cost
    assert torch.equal(cost_at(w, network, cost, a, y), cost(other(a), y))
    assert torch.equal(parameters_to_vector(network.parameters()), own)


def test_the_weights_determine_the_dtype() -> None:
    network = FeedforwardNetwork([5, 4, 3])
    w = parameters_to_vector(network.parameters()).detach().double()
    a, y = torch.rand(6, 5, dtype=torch.float64), torch.zeros(6, dtype=torch.int64)
    assert cost_at(w, network, SquaredError().cost, a, y).dtype == torch.float64
