import numpy as np
import pytest
import torch

from elman.recurrence import recurrence


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_states_are_zero_at_padding(dtype: torch.dtype) -> None:
    """Without gradients, since with gradients the states are set to zero a second time."""
    T, lengths = 6, torch.tensor([6, 0, 1, 5, 3])
    padding_mask = torch.arange(T)[:, None, None] >= lengths[:, None]
    random = np.random.default_rng(0)
    shapes = [(T, 5, 3), (5, 4), (3, 4), (4, 4), (4,)]
    x = [torch.from_numpy(random.standard_normal(shape)).to(dtype) for shape in shapes]
    h = recurrence(*x, torch.sigmoid, padding_mask, engine="compiled")  # a sigmoid is never zero
    assert torch.equal(h == 0, padding_mask.expand_as(h))
