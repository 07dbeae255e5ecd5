"""Whether the weights of a checkpoint are those of a network."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)

PREFIX = "network."


def weights_of(checkpoint: Mapping[str, Any]) -> dict[str, Tensor]:
    """The weights of the network by their names in it."""
    return {
        name.removeprefix(PREFIX): weight
        for name, weight in checkpoint["state_dict"].items()
        if name.startswith(PREFIX)
    }


def check_weights(file: Path, network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Checks the names, the shapes and the types of stored weights.

    Args:
        file: the checkpoint, for messages.
        network: may be on the device "meta".
        weights: by name.

    Raises:
        ValueError: they are not those of the network; the message names one.
    """
    wrong = f"checkpoint: the weights in {file} are of another network"
    own = network.state_dict()
    for name in sorted(own.keys() ^ weights.keys()):
        whose = "the network has no" if name in weights else "they have no"
        raise ValueError(f"{wrong}: {whose} {PREFIX}{name}")
    for name, weight in weights.items():
        if weight.shape != own[name].shape:
            raise ValueError(
                f"{wrong}: {PREFIX}{name} is {tuple(weight.shape)}, not {tuple(own[name].shape)}"
            )
        if weight.is_floating_point() != own[name].is_floating_point():
            raise ValueError(f"{wrong}: {PREFIX}{name} is {weight.dtype}, not {own[name].dtype}")


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Lets networks be built that have at most `count` parameters and `count` modules.

    A description of a few bytes can have a million layers.

    Raises:
        ValueError: one has more.
    """
    registered = 0

    def check(*_: object) -> None:
        nonlocal registered
        registered += 1
        if registered > count:
            raise ValueError(f"it has more than {count} parameters or layers")

    hooks = [
        register(check)
        for register in (
            register_module_parameter_registration_hook,
            register_module_module_registration_hook,
        )
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
