"""Parametrized weights: `torch.nn.utils.parametrize`."""

from typing import TypeVar

import torch
from torch import nn
from torch.nn.utils import parametrize

Module = TypeVar("Module", bound=nn.Module)


def is_parametrized(module: nn.Module) -> bool:
    """Whether the module has parametrized weights; faster than torch's function of this name."""
    return "parametrizations" in module._modules


def evaluated(module: Module) -> Module:
    """A copy of the module with plain tensors for its parametrized weights, each computed once.

    A recurrent cell reads its weights at every time step. (`parametrize.cached` also computes them
    once, but its cache is global to all threads.) A compiler removes repeated computations itself.
    """
    if not is_parametrized(module) or torch.compiler.is_compiling():
        return module
    weights = {name: getattr(module, name) for name in module.parametrizations}  # type: ignore[union-attr]
    plain: Module = object.__new__(parametrize.type_before_parametrizations(module))
    plain.__dict__.update(module.__dict__)
    plain.__dict__["_parameters"] = module._parameters | weights
    others = {name: child for name, child in module._modules.items() if name != "parametrizations"}
    plain.__dict__["_modules"] = others
    return plain
