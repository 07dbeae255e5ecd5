"""What torch.autocast means for the recurrence: all of its arguments in one dtype."""

import torch
from torch import Tensor


def autocasts(device: str) -> bool:
    """Whether autocast is on for a type of device."""
    is_available = device == "cpu" or torch.amp.is_autocast_available(device)
    return is_available and torch.is_autocast_enabled(device)


def autocast(X: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
    """Where autocast is on, all arguments in its dtype but those in float64 or complex."""
    device = X.device.type
    if not autocasts(device):
        return X, *others
    dtype = torch.get_autocast_dtype(device)
    return tuple(x.to(dtype) if is_cast(x.dtype) else x for x in (X, *others))


def is_cast(dtype: torch.dtype) -> bool:
    """Whether autocast, where it is on, makes another dtype of this one."""
    return dtype.is_floating_point and dtype != torch.float64
