"""Weights that are computed from others: `torch.nn.utils.parametrize`."""

from typing import TypeVar

import torch
from torch import nn
from torch.nn.utils import parametrize

Module = TypeVar("Module", bound=nn.Module)


def is_parametrized(module: nn.Module) -> bool:
    """Whether one of the module's own weights is; quicker than torch's function of that name."""
    return "parametrizations" in module._modules


def evaluated(module: Module) -> Module:
    """The same module with its parametrized weights as they are now, each computed once.

    A recurrent cell asks for its weights at every time step. (`parametrize.cached` would compute
    them once, too, but for all threads together.) A compiler finds out by itself what is the same.
    """
    if not is_parametrized(module) or torch.compiler.is_compiling():
        return module
    weights = {name: getattr(module, name) for name in module.parametrizations}  # type: ignore[union-attr]
    plain: Module = object.__new__(parametrize.type_before_parametrizations(module))
    plain.__dict__.update(module.__dict__)
    plain.__dict__["_parameters"] = module._parameters | weights
    others = {name: part for name, part in module._modules.items() if name != "parametrizations"}
    plain.__dict__["_modules"] = others
    return plain
