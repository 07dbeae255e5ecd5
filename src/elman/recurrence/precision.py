"""torch.autocast for the recurrence: casts all of its arguments to one dtype."""

import torch
from torch import Tensor


def is_autocast_enabled(device: str) -> bool:
    """Whether autocast is enabled for a device type."""
    is_available = device == "cpu" or torch.amp.is_autocast_available(device)
    return is_available and torch.is_autocast_enabled(device)


def autocast(X: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
    """The arguments, under autocast cast to its dtype, except float64 and complex ones."""
    device = X.device.type
    if not is_autocast_enabled(device):
        return X, *others
    dtype = torch.get_autocast_dtype(device)
    return tuple(x.to(dtype) if is_cast(x.dtype) else x for x in (X, *others))


def is_cast(dtype: torch.dtype) -> bool:
    """Whether autocast, if enabled, casts tensors of this dtype."""
    return dtype.is_floating_point and dtype != torch.float64
