import numpy as np
import pytest
import torch

from elman.recurrence import recurrence


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_states_are_zero_from_the_end_of_a_sequence_on(dtype: torch.dtype) -> None:
    """Without gradients: what autograd sees is set to zero once more."""
    T, lengths = 6, torch.tensor([6, 0, 1, 5, 3])
    ended = torch.arange(T)[:, None, None] >= lengths[:, None]
    random = np.random.default_rng(0)
    shapes = [(T, 5, 3), (5, 4), (3, 4), (4, 4), (4,)]
    x = [torch.from_numpy(random.standard_normal(shape)).to(dtype) for shape in shapes]
    h = recurrence(*x, torch.sigmoid, ended, engine="compiled")  # a sigmoid is never zero
    assert torch.equal(h == 0, ended.expand_as(h))
