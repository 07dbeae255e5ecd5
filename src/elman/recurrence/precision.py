"""What torch.autocast means for the recurrence: all of its arguments in one dtype."""

from functools import cache

import torch
from torch import Tensor


def autocasts(device: str) -> bool:
    """Whether autocast is on for a type of device."""
    return _has_autocast(device) and torch.is_autocast_enabled(device)


@cache
def _has_autocast(device: str) -> bool:
    return torch.amp.is_autocast_available(device)


def autocast(X: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
    """All arguments in the autocast dtype where autocast is on and X not float64, else as is."""
    device = X.device.type
    if X.dtype == torch.float64 or not autocasts(device):
        return X, *others
    dtype = torch.get_autocast_dtype(device)
    return tuple(x.to(dtype) for x in (X, *others))
