from pathlib import Path

import pytest
import torch
from torch import Tensor

from elman.inspection.descent import Plane, plot_descent, principal_plane, surface
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


def bowed(points: int) -> Tensor:
    """A path that lies in a plane."""
    t = torch.linspace(0, 1, points, dtype=torch.float64)[:, None]
    first, second, end = torch.randn(3, n, dtype=torch.float64)
    return end + (1 - t) * first + t * (1 - t) * second


def test_a_path_in_a_plane_lies_in_its_principal_plane() -> None:
    path = bowed(9)
    plane = principal_plane(path)
    assert plane.share == pytest.approx(1)
    torch.testing.assert_close(
        plane.directions @ plane.directions.T, torch.eye(2, dtype=torch.float64)
    )
    torch.testing.assert_close(plane.weights(plane.coordinates(path)), path)
    assert plane.coordinates(path[-1]).tolist() == [0, 0]


def test_no_other_plane_through_the_end_is_nearer_to_the_path() -> None:
    path = torch.randn(6, n, dtype=torch.float64)
    plane = principal_plane(path)
    in_plane = (plane.coordinates(path) ** 2).sum()
    whole = ((path - path[-1]) ** 2).sum()
    assert plane.share == pytest.approx(float(in_plane / whole))
    for _ in range(50):
        directions = torch.linalg.qr(torch.randn(n, 2, dtype=torch.float64)).Q.T
        other = Plane(path[-1], directions, 0.0)
        assert (other.coordinates(path) ** 2).sum() < in_plane


def test_the_path_begins_at_the_left_and_on_top() -> None:
    for _ in range(5):
        path = torch.randn(6, n, dtype=torch.float64)
        x, y = principal_plane(path).coordinates(path[0])
        assert x <= 0 <= y


def test_the_surface_is_the_cost_of_the_weights_there() -> None:
    path = bowed(5)
    plane = principal_plane(path)
    found = surface(plane, cost, path, points=4)
    assert found.C.shape == (4, 4)
    for i in range(4):
        for j in range(4):
            point = torch.stack([found.x[j], found.y[i]])
            assert found.C[i, j] == pytest.approx(cost(plane.weights(point)), rel=1e-6)
    # on this path the points of the plane are its own
    expected = torch.tensor([cost(w) for w in path])
    torch.testing.assert_close(found.C_way, expected)
    torch.testing.assert_close(found.C_path, expected)
    assert len(found.C_way.unique()) == 5


def test_the_path_is_inside_the_surface() -> None:
    path = torch.randn(6, n, dtype=torch.float64)
    found = surface(principal_plane(path), cost, path, points=3)
    for values, places in ((found.x, found.way[:, 0]), (found.y, found.way[:, 1])):
        assert values[0] < places.min() <= places.max() < values[-1]
        assert values.diff().allclose(values.diff()[0])


def test_off_the_plane_the_costs_differ() -> None:
    path = torch.randn(6, n, dtype=torch.float64)
    found = surface(principal_plane(path), cost, path, points=2)
    assert found.C_path[:-1].ne(found.C_way[:-1]).all()
    assert found.C_path[-1] == pytest.approx(float(found.C_way[-1]))


def test_the_picture_is_written(tmp_path: Path) -> None:
    path = bowed(5)
    found = surface(principal_plane(path), cost, path, points=4)
    plot_descent(found, torch.arange(5), "a title", tmp_path / "descent.png")
    assert (tmp_path / "descent.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_short_path_has_no_plane() -> None:
    with pytest.raises(ValueError, match="has 2 points, a plane needs three: train for two epochs"):
        principal_plane(torch.zeros(2, n))
