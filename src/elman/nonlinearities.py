"""Which functions may be f or σ, and under which other names torch has the slides' own."""

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
    """`torch.tanh`, `torch.relu` or `torch.sigmoid` where f is one of them by another name.

    A module with hooks stays what it is, so that they are called.
    """
    if isinstance(f, nn.Module):
        return f if has_hooks(f) else MODULES.get(type(f), f)
    try:
        return SYNONYMS.get(f, f)
    except TypeError:  # a callable that cannot be hashed
        return f


def has_hooks(module: nn.Module) -> bool:
    """Whether a call of the module does more, or other things, than its class says."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
        or "forward" in vars(module)
    )


def name_of(f: Nonlinearity) -> str | Nonlinearity:
    """The name of f in `NONLINEARITIES`, or f itself if it has none."""
    f_canonical = canonical(f)
    return next((name for name, known in NONLINEARITIES.items() if known is f_canonical), f)


def elementwise(argument: str, nonlinearity: str | Nonlinearity, like: Tensor) -> Nonlinearity:
    """The function that `nonlinearity` names, or itself if it is a function.

    A module is moved to the device and the dtype of `like`, as all of a layer is.

    Args:
        argument: its name, for the message.
        nonlinearity: a name or a function.
        like: of the shape, the device and the dtype that the function will be given.

    Raises:
        ValueError: there is no nonlinearity of that name; or it is a class, or a function that
            does not take a tensor to one of its shape.
    """
    wanted = f"{argument} must be one of {', '.join(NONLINEARITIES)} or an elementwise function"
    if isinstance(nonlinearity, type):
        raise ValueError(f"{wanted}, got a class; give an instance, {nonlinearity.__name__}()")
    if isinstance(nonlinearity, nn.Module):
        if any(x.device != like.device or x.dtype != like.dtype for x in nonlinearity.parameters()):
            nonlinearity.to(like.device, like.dtype)
        return nonlinearity
    if callable(nonlinearity):
        if (known := canonical(nonlinearity)) in NONLINEARITIES.values():
            return known
        _check_shape(wanted, nonlinearity, like)
        return nonlinearity
    if not isinstance(nonlinearity, str) or nonlinearity not in NONLINEARITIES:
        raise ValueError(f"{wanted}, got {nonlinearity!r}")
    return NONLINEARITIES[nonlinearity]


def _check_shape(wanted: str, f: Nonlinearity, like: Tensor) -> None:
    devices = [like.device] if like.device.type == "cuda" else []
    try:
        with torch.no_grad(), torch.random.fork_rng(devices):  # f may draw numbers
            a = f(torch.zeros_like(like))
    except Exception as error:
        raise ValueError(f"{wanted}, got {f!r}, which fails: {error}") from error
    if not isinstance(a, Tensor) or a.shape != like.shape:
        raise ValueError(f"{wanted}, got {f!r}, which does not return the shape it is given")
