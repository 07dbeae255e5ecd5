"""Checks of the inputs of recurrent layers and cells. Exception types are those of torch.nn.RNN."""

import torch
from torch import Tensor

from elman.recurrence import is_autocast_enabled, is_cast, is_traced


def check_features(input: Tensor, input_size: int) -> None:
    """Raises RuntimeError unless the last dimension is `input_size`."""
    if input.shape[-1] != input_size:
        raise RuntimeError(
            f"input must have input_size={input_size} features, got {input.shape[-1]}"
        )


def check_dtype(argument: str, x: Tensor, dtype: torch.dtype, error: type[Exception]) -> None:
    """Raises `error` unless x has the weights' `dtype` or autocast will cast it.

    Under autocast, torch raises RuntimeError for dtypes that autocast does not cast.
    """
    if x.dtype == dtype:
        return
    if is_autocast_enabled(x.device.type):
        if is_cast(x.dtype) and is_cast(dtype):
            return
        error = RuntimeError
    raise error(
        f"{argument} must have the weights' dtype {dtype}, got {x.dtype}; "
        f"convert it with .to({dtype})"
    )


def check_state(hx: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Raises RuntimeError unless an initial state has this shape and the weights' `dtype`."""
    if tuple(hx.shape) != shape:  # with torch.Size, an exporter would fix the example's sizes
        raise RuntimeError(f"hx must have shape {shape}, got {tuple(hx.shape)}")
    check_dtype("hx", hx, dtype, RuntimeError)


def check_lengths(lengths: Tensor, T: int, batch: tuple[int, ...], device: torch.device) -> Tensor:
    """The lengths of the sequences in a batch, as int64 on a device.

    The values are checked only on the CPU, to avoid a synchronization with another device.

    Raises:
        TypeError: `lengths` is not a tensor of integers.
        ValueError: the shape is not that of the batch, or a length is not from 0 to T.
    """
    if not isinstance(lengths, Tensor):
        raise TypeError(f"lengths must be a tensor of integers, got {lengths!r}")
    if lengths.is_floating_point() or lengths.is_complex() or lengths.dtype == torch.bool:
        raise TypeError(f"lengths must be a tensor of integers, got {lengths.dtype}")
    if tuple(lengths.shape) != batch:
        raise ValueError(
            f"lengths must have shape {batch}, one for each sequence, got {tuple(lengths.shape)}"
        )
    lengths = lengths.long()  # int8 ends at 127; torch cannot compare uint16
    if lengths.device.type == "cpu" and not is_traced():
        invalid = lengths[(lengths < 0) | (lengths > T)]
        if len(invalid):
            raise ValueError(f"lengths must be from 0 to T={T}, got {int(invalid[0])}")
    return lengths.to(device)
