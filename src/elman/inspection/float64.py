"""Inputs of a network in float64."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence


def to_float64(value: Any) -> Any:
    """A copy of all tensors in nested tuples, lists and dictionaries.

    Floating-point tensors and packed sequences are converted to float64; other tensors keep their
    dtype, and other values are returned unchanged.
    """
    if isinstance(value, PackedSequence):
        return PackedSequence(to_float64(value.data), *value[1:])
    if isinstance(value, Tensor):
        dtype = torch.float64 if value.is_floating_point() else value.dtype
        return value.detach().to(dtype, copy=True)
    if isinstance(value, Mapping):
        return {key: to_float64(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [to_float64(item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    return value
