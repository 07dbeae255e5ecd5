"""Weights that are computed from others: `torch.nn.utils.parametrize`."""

import contextlib
from contextlib import AbstractContextManager

from torch import nn
from torch.nn.utils import parametrize

NOTHING: AbstractContextManager[None] = contextlib.nullcontext()


def is_parametrized(module: nn.Module) -> bool:
    """Whether one of the module's own weights is; quicker than torch's function of that name."""
    return "parametrizations" in module._modules


def evaluated_once(module: nn.Module) -> AbstractContextManager[object]:
    """In it, each parametrization of the module is computed once, however often it is asked for.

    A recurrent cell asks for its weights at every time step.
    """
    return parametrize.cached() if is_parametrized(module) else NOTHING
