"""What a recurrent layer or cell can be called with; exceptions are of torch.nn.RNN's types."""

import torch
from torch import Tensor

from elman.recurrence import autocasts, is_cast, traced


def check_features(input: Tensor, input_size: int) -> None:
    """Raises RuntimeError unless the last dimension is `input_size`."""
    if input.shape[-1] != input_size:
        raise RuntimeError(
            f"input must have input_size={input_size} features, got {input.shape[-1]}"
        )


def check_dtype(argument: str, x: Tensor, dtype: torch.dtype, error: type[Exception]) -> None:
    """Raises `error` unless x has the weights' `dtype`, or autocast will see to it.

    Of what autocast will not make one dtype, torch's error is a RuntimeError.
    """
    if x.dtype == dtype:
        return
    if autocasts(x.device.type):
        if is_cast(x.dtype) and is_cast(dtype):
            return
        error = RuntimeError
    raise error(
        f"{argument} must have the weights' dtype {dtype}, got {x.dtype}; "
        f"convert it with .to({dtype})"
    )


def check_state(hx: Tensor, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Raises RuntimeError unless an initial state has this shape, and the weights' `dtype`."""
    if tuple(hx.shape) != shape:  # of a torch.Size, an exporter would take the example for good
        raise RuntimeError(f"hx must have shape {shape}, got {tuple(hx.shape)}")
    check_dtype("hx", hx, dtype, RuntimeError)


def check_lengths(lengths: Tensor, T: int, batch: tuple[int, ...], device: torch.device) -> Tensor:
    """The lengths of the sequences in a batch, as int64 on a device.

    The values are looked at only where that makes no device wait: on the CPU.

    Raises:
        TypeError: they are not a tensor of integers.
        ValueError: there is not one for each sequence, or one is not from 0 to T.
    """
    if not isinstance(lengths, Tensor):
        raise TypeError(f"lengths must be a tensor of integers, got {lengths!r}")
    if lengths.is_floating_point() or lengths.is_complex() or lengths.dtype == torch.bool:
        raise TypeError(f"lengths must be a tensor of integers, got {lengths.dtype}")
    if tuple(lengths.shape) != batch:
        raise ValueError(
            f"lengths must have shape {batch}, one for each sequence, got {tuple(lengths.shape)}"
        )
    lengths = lengths.long()  # of int8, 127 is the last; of uint16, torch compares none
    if lengths.device.type == "cpu" and not traced():
        wrong = lengths[(lengths < 0) | (lengths > T)]
        if len(wrong):
            raise ValueError(f"lengths must be from 0 to T={T}, got {int(wrong[0])}")
    return lengths.to(device)
