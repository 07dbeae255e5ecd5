"""Weights that are computed from others: `torch.nn.utils.parametrize`."""

from torch import nn
from torch.nn.utils import parametrize

# In it, each parametrization is computed once, however often it is asked for: a recurrent cell asks
# for its weights at every time step.
evaluated_once = parametrize.cached


def is_parametrized(module: nn.Module) -> bool:
    """Whether one of the module's own weights is; quicker than torch's function of that name."""
    return "parametrizations" in module._modules
