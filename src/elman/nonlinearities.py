"""Check the functions used as f or σ, and map torch's synonyms to the slides' functions."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.equations import NONLINEARITIES, Nonlinearity

SYNONYMS: Mapping[Nonlinearity, Nonlinearity] = {
    functional.tanh: torch.tanh,
    Tensor.tanh: torch.tanh,
    functional.relu: torch.relu,
    Tensor.relu: torch.relu,
    functional.sigmoid: torch.sigmoid,
    Tensor.sigmoid: torch.sigmoid,
    torch.special.expit: torch.sigmoid,
}
MODULES: Mapping[type[nn.Module], Nonlinearity] = {
    nn.Tanh: torch.tanh,
    nn.ReLU: torch.relu,
    nn.Sigmoid: torch.sigmoid,
}


def canonical(f: Nonlinearity) -> Nonlinearity:
    """`torch.tanh`, `torch.relu` or `torch.sigmoid` if f is a synonym of one of them; else f.

    A module with hooks is returned unchanged, so that its hooks run.
    """
    if isinstance(f, nn.Module):
        return f if has_hooks(f) else MODULES.get(type(f), f)
    try:
        return SYNONYMS.get(f, f)
    except TypeError:  # f is not hashable
        return f


def has_hooks(module: nn.Module) -> bool:
    """Whether the module has hooks, or a `forward` set on the instance."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
        or "forward" in vars(module)
    )


def name_of(f: Nonlinearity) -> str | Nonlinearity:
    """The name of f in `NONLINEARITIES`, or f itself if it has no name."""
    f_canonical = canonical(f)
    return next((name for name, known in NONLINEARITIES.items() if known is f_canonical), f)


def elementwise(argument: str, nonlinearity: str | Nonlinearity, like: Tensor) -> Nonlinearity:
    """The function for a name; a function is checked and returned.

    A module is moved to the device and dtype of `like`, as the rest of the layer.

    Args:
        argument: the argument's name, for the error message.
        nonlinearity: a name or a function.
        like: a tensor with the shape, device and dtype of the function's input.

    Raises:
        ValueError: the name is unknown, `nonlinearity` is a class, or the function does not
            return a tensor of its input's shape.
    """
    expected = f"{argument} must be one of {', '.join(NONLINEARITIES)} or an elementwise function"
    if isinstance(nonlinearity, type):
        raise ValueError(f"{expected}, got a class; give an instance, {nonlinearity.__name__}()")
    if isinstance(nonlinearity, nn.Module):
        if any(x.device != like.device or x.dtype != like.dtype for x in nonlinearity.parameters()):
            nonlinearity.to(like.device, like.dtype)
        return nonlinearity
    if callable(nonlinearity):
        if (known := canonical(nonlinearity)) in NONLINEARITIES.values():
            return known
        _check_shape(expected, nonlinearity, like)
        return nonlinearity
    if not isinstance(nonlinearity, str) or nonlinearity not in NONLINEARITIES:
        raise ValueError(f"{expected}, got {nonlinearity!r}")
    return NONLINEARITIES[nonlinearity]


def _check_shape(expected: str, f: Nonlinearity, like: Tensor) -> None:
    devices = [like.device] if like.device.type == "cuda" else []
    try:
        with torch.no_grad(), torch.random.fork_rng(devices):  # f may draw random numbers
            a = f(torch.zeros_like(like))
    except Exception as error:
        raise ValueError(f"{expected}, got {f!r}, which fails: {error}") from error
    if not isinstance(a, Tensor) or a.shape != like.shape:
        raise ValueError(
            f"{expected}, got {f!r}, which does not return a tensor of its input's shape"
        )
