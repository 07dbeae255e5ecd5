import pytest
import torch
from torch import Tensor

from elman.inspection.cost_surface import Plane, cost_surface, principal_plane
from elman.inspection.weights import cost_at
from elman.networks import FeedforwardNetwork
from elman.training.class_objectives import SquaredError

torch.manual_seed(0)
NETWORK = FeedforwardNetwork([4, 3, 2], dtype=torch.float64)
n = sum(parameter.numel() for parameter in NETWORK.parameters())
a, y = torch.rand(7, 4, dtype=torch.float64), torch.arange(7) % 2


def cost(w: Tensor) -> float:
    with torch.no_grad():
        return float(cost_at(w, NETWORK, SquaredError().cost, a, y))


def curved(points: int) -> Tensor:
    """A path in a plane."""
    t = torch.linspace(0, 1, points, dtype=torch.float64)[:, None]
    first, second, end = torch.randn(3, n, dtype=torch.float64)
    return end + (1 - t) * first + t * (1 - t) * second


def test_a_path_in_a_plane_lies_in_its_principal_plane() -> None:
    path = curved(9)
    plane = principal_plane(path)
    assert plane.explained == pytest.approx(1)
    torch.testing.assert_close(
        plane.directions @ plane.directions.T, torch.eye(2, dtype=torch.float64)
    )
    torch.testing.assert_close(plane.weights(plane.coordinates(path)), path)
    assert plane.coordinates(path[-1]).tolist() == [0, 0]


def test_no_other_plane_through_the_end_fits_the_path_better() -> None:
    path = torch.randn(6, n, dtype=torch.float64)
    plane = principal_plane(path)
    in_plane = (plane.coordinates(path) ** 2).sum()
    whole = ((path - path[-1]) ** 2).sum()
    assert plane.explained == pytest.approx(float(in_plane / whole))
    for _ in range(50):
        directions = torch.linalg.qr(torch.randn(n, 2, dtype=torch.float64)).Q.T
        other = Plane(path[-1], directions, 0.0)
        assert (other.coordinates(path) ** 2).sum() < in_plane


def test_the_path_begins_at_the_upper_left() -> None:
    for _ in range(5):
        path = torch.randn(6, n, dtype=torch.float64)
        x, y = principal_plane(path).coordinates(path[0])
        assert x <= 0 <= y


def test_the_surface_is_the_cost_at_the_weights_of_its_points() -> None:
    path = curved(5)
    plane = principal_plane(path)
    surface = cost_surface(plane, cost, path, points=4)
    assert surface.C.shape == (4, 4)
    for i in range(4):
        for j in range(4):
            point = torch.stack([surface.x[j], surface.y[i]])
            assert surface.C[i, j] == pytest.approx(cost(plane.weights(point)), rel=1e-6)
    # This path lies in the plane, so the projection changes nothing.
    expected = torch.tensor([cost(w) for w in path])
    torch.testing.assert_close(surface.C_projected, expected)
    torch.testing.assert_close(surface.C_path, expected)
    assert len(surface.C_projected.unique()) == 5


def test_the_path_is_inside_the_surface() -> None:
    path = torch.randn(6, n, dtype=torch.float64)
    surface = cost_surface(principal_plane(path), cost, path, points=3)
    for values, coordinates in (
        (surface.x, surface.projected[:, 0]),
        (surface.y, surface.projected[:, 1]),
    ):
        assert values[0] < coordinates.min() <= coordinates.max() < values[-1]
        assert values.diff().allclose(values.diff()[0])


def test_the_costs_differ_where_the_path_leaves_the_plane() -> None:
    path = torch.randn(6, n, dtype=torch.float64)
    surface = cost_surface(principal_plane(path), cost, path, points=2)
    assert surface.C_path[:-1].ne(surface.C_projected[:-1]).all()
    assert surface.C_path[-1] == pytest.approx(float(surface.C_projected[-1]))


def test_a_path_of_two_points_is_refused() -> None:
    with pytest.raises(
        ValueError, match="has 2 points, a plane needs three: train for at least two"
    ):
        principal_plane(torch.zeros(2, n))
