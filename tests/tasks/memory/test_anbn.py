import numpy as np
import pytest
import torch
from torch import Tensor, nn

from elman.tasks.memory.anbn import AnBnData, strings


def test_strings_and_what_may_come_next() -> None:
    X, y = strings(np.array([1, 3]))
    texts = ["".join("ab"[k] for k in X[: 2 * n, i].argmax(-1)) for i, n in enumerate((1, 3))]
    assert texts == ["ab", "aaabbb"]
    assert X[2:, 0].abs().sum() == 0
    a, b, end = [0.5, 0.5, 0], [0, 1, 0], [0, 0, 1]
    assert y[:, 0].tolist() == [a, end, *(4 * [[0, 0, 0]])]
    assert y[:, 1].tolist() == [a, a, a, b, b, end]


def test_n_is_uniform() -> None:
    X, _ = AnBnData(largest=4).generate(np.random.default_rng(0), 20_000)
    n = X[..., 0].sum(0).long()
    np.testing.assert_allclose(np.bincount(n)[1:] / 20_000, 4 * [0.25], atol=0.02)


class CountsTo(nn.Module):
    """A network that counts right up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = nn.Parameter(torch.tensor(float(limit)))

    def forward(self, X: Tensor) -> Tensor:
        a, b = X.cumsum(0).unbind(-1)
        reading_a = X[..., 0] == 1
        end = (b == a) & (a <= self.limit)
        return torch.stack([reading_a, reading_a | ~end, end & ~reading_a], dim=-1).float()


@pytest.mark.parametrize(("limit", "expected"), [(0, 0), (7, 7), (1000, 100)])
def test_the_largest_n_up_to_which_all_strings_are_right(limit: int, expected: int) -> None:
    assert AnBnData().further_metrics(CountsTo(limit)) == {"largest_n": expected}


def test_a_largest_n_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^data.largest must be greater than zero, got 0$"):
        AnBnData(0)
