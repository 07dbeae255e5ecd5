import torch

from elman.tasks.digits.principal_components import principal_components


def test_what_is_lost_is_what_the_other_directions_hold() -> None:
    torch.manual_seed(0)
    a = torch.randn(30, 6, dtype=torch.float64) * torch.tensor([5, 4, 3, 2, 1, 0.5]) + 7
    found = principal_components(a, 2)
    torch.testing.assert_close(found.directions @ found.directions.T, torch.eye(2).double())
    eigenvalues = torch.linalg.eigvalsh((a - a.mean(0)).T @ (a - a.mean(0)))  # ascending
    lost = ((found.reconstruct(a) - a) ** 2).sum()
    torch.testing.assert_close(lost, eigenvalues[:4].sum())
    held = (found.encode(a) ** 2).sum(0)
    torch.testing.assert_close(held, eigenvalues[4:].flip(0))


def test_all_directions_lose_nothing() -> None:
    a = torch.randn(10, 4, dtype=torch.float64)
    torch.testing.assert_close(principal_components(a, 4).reconstruct(a), a)
