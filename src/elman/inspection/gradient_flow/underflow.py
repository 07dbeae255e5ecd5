"""Gradients that are lost because they are too small for a floating-point number."""

from typing import NamedTuple

import torch
from torch import Tensor

from elman.inspection.gradient_flow.flow import CellFlow


class Underflow(NamedTuple):
    """Where the gradients of a cell are lost, `(S, T, B)` each.

    Attributes:
        zero: `‖∂C_s/∂h_t‖` is exactly 0, although the state h_t comes before the cost C_s.
        below_float32: it is not 0, but below the smallest normal float32, about 1.2e-38: training
            in float32 loses it or most of its digits.
    """

    zero: Tensor
    below_float32: Tensor


def underflow(flow: CellFlow) -> Underflow:
    """Marks the gradients that are lost; padding and states after the cost are not marked.

    Which states come before a cost is known where the costs are those of the cell's own time steps
    (`flow.aligned`). Otherwise all states count.
    """
    used = ~flow.padding.unsqueeze(0)  # (1, T, B)
    if flow.aligned:
        t = torch.arange(len(flow.G), device=flow.G.device)
        before = t >= t.unsqueeze(1) if flow.backward else t <= t.unsqueeze(1)  # t ≤ s
        used = used & used.transpose(0, 1) & before.unsqueeze(2)
    smallest = torch.finfo(torch.float32).tiny
    return Underflow(used & (flow.G == 0), used & (flow.G > 0) & (smallest > flow.G))
