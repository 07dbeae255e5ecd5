"""Engine `compiled`: `bptt` with its two loops compiled for the processor.

A thread takes some sequences of the batch from their first time step to their last. The loops
themselves stand in `elman.recurrence.kernels`, which is loaded when they are first needed: numba
compiles them then, and keeps what it compiled on the disk.
"""

import itertools
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from elman.equations import Nonlinearity
from elman.recurrence.bptt import Loops, backpropagation_through_time, check_bptt
from elman.recurrence.threads import in_parallel

DTYPES = (torch.float32, torch.float64)
BLOCK = 4  # sequences that the kernels take together
SMALL = 1_000_000  # multiplications that take one thread less time than to wake another


def compiled(
    X: Tensor,
    h_0: Tensor,
    U: Tensor,
    V: Tensor,
    b: Tensor,
    f: Nonlinearity = torch.tanh,
    ended: Tensor | None = None,
) -> Tensor:
    """Takes and returns what `bptt` does, faster, on the CPU in float32 or float64.

    Raises:
        ValueError: `f` is none that `bptt` takes, or the device or the dtype is another.
    """
    check_bptt("compiled", X, f)
    if not compiles(X):
        raise ValueError(
            f"engine 'compiled' computes on the CPU in float32 or float64, not on {X.device} in "
            f"{X.dtype}; engine 'bptt' takes any device and dtype"
        )
    return backpropagation_through_time(X, h_0, U, V, b, f, ended, Loops(_forward, _backward))


def compiles(X: Tensor) -> bool:
    """Whether there are loops for the device and the dtype of X."""
    return X.device.type == "cpu" and X.dtype in DTYPES


def _forward(a: Tensor, h_0: Tensor, V: Tensor, f: Nonlinearity, ended: Tensor | None) -> None:
    from elman.recurrence import kernels  # noqa: PLC0415 - numba takes its time to load

    T, B, _ = a.shape
    lengths = torch.full((B,), T) if ended is None else (~ended).sum((0, 2))
    panels = _panels(V, kernels.WIDTH[V.dtype])
    _in_threads(kernels.forward, a, h_0, panels, kernels.NUMBERS[f], lengths)


def _backward(da: Tensor, h: Tensor, V: Tensor, f: Nonlinearity) -> None:
    from elman.recurrence import kernels  # noqa: PLC0415

    panels = _panels(V.T, kernels.WIDTH[V.dtype])
    _in_threads(kernels.backward, da, h, panels, kernels.NUMBERS[f])


def _panels(V: Tensor, width: int) -> Tensor:
    """V as the kernels read it: `(⌈H / width⌉, H, width)`, filled up with zeros."""
    H = len(V)
    return functional.pad(V, (0, -H % width)).view(H, -1, width).transpose(0, 1)


def _in_threads(kernel: Callable[..., None], *arguments: Tensor | int) -> None:
    """Calls `kernel(*arguments, rows)` for shares of the batch that make up the whole."""
    a: Tensor = arguments[0]  # type: ignore[assignment]
    T, B, H = a.shape
    arrays = [x.detach().contiguous().numpy() if isinstance(x, Tensor) else x for x in arguments]
    blocks = -(-B // BLOCK)
    threads = 1 if T * B * H * H < SMALL else min(torch.get_num_threads(), blocks)
    if threads <= 1:
        kernel(*arrays, (0, B))
        return
    bounds = [min(BLOCK * (blocks * n // threads), B) for n in range(threads + 1)]
    in_parallel([partial(kernel, *arrays, rows) for rows in itertools.pairwise(bounds)])
