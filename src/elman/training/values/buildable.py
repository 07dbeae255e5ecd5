"""Whether a network can be built, asked with weights that take no memory."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from elman.memory import check_memory
from elman.training.checkpoints.checkpoint import build_network
from elman.training.values.described import full_keys

MakeOptimizer = Callable[[Any], torch.optim.Optimizer]
MakeScheduler = Callable[[torch.optim.Optimizer, int], Any]
STEPS = ("chunk_length", "length", "delay", "window", "largest")  # of the data, in time
SIZES = (*STEPS, "size", "sizes", "num_layers", "channels", "side", "classes", "bits", "horizon")


def check_buildable(
    config: Mapping[str, Any],
    sizes: Mapping[str, int],
    make_optimizer: MakeOptimizer,
    make_scheduler: MakeScheduler | None,
    device: torch.device,
    shares: int = 1,
) -> nn.Module:
    """Lets every constructor check its arguments, on weights that take no memory.

    Args:
        config: plain values of the training.
        sizes: arguments of the network that the data determine, or their minimums.
        make_optimizer: from the parameters.
        make_scheduler: from the optimizer and the number of steps; None: the rate is constant.
        device: where the weights will be.
        shares: number of processes that keep a part of each weight.

    Returns:
        The network, without numbers in its weights.

    Raises:
        TypeError, ValueError: an argument is out of range, or the memory does not suffice.
    """
    network = config["network"]
    rnn = network.get("rnn") or {}
    for name in sizes:
        if name in network:
            raise ValueError(f"network.{name} must not be given: the data determine it")
    sections = {"network": network, "rnn": rnn, "rnn.cell": rnn.get("cell")}
    with torch.device("meta"):
        with full_keys(**sections):
            try:
                built = build_network(network, **sizes)
            except RuntimeError as error:
                if "overflow" not in str(error) and "negative" not in str(error):
                    raise
                raise ValueError(
                    f"network: no memory is large enough for it; {_lower(network, rnn)}"
                ) from error
        with full_keys(optimizer=config["optimizer"]):
            optimizer = make_optimizer(built.parameters())
        if make_scheduler is not None:
            with full_keys(scheduler=config["scheduler"]):
                make_scheduler(optimizer, 1)
    weights = sum(parameter.nbytes for parameter in built.parameters())
    activations = _activations(config)
    check_memory(
        weights * (2 + _states(optimizer)) // shares + activations,
        f"network: its weights ({weights / 1e9:.3g} GB), their gradients, the state of the "
        f"optimizer and the activations of a batch ({activations / 1e9:.3g} GB)",
        _lower(network, rnn, config["data"]),
        device,
    )
    return built


def _states(optimizer: torch.optim.Optimizer) -> int:
    """Numbers that an optimizer keeps of each weight."""
    defaults = optimizer.defaults
    return 2 if "betas" in defaults else int(bool(defaults.get("momentum")))


def _activations(config: Mapping[str, Any]) -> int:
    """The least bytes that the states of a batch and their gradients take, as far as known."""
    data, network = config["data"], config["network"]
    rnn = network.get("rnn") or {}
    steps = max(_int(data.get(name)) for name in STEPS)
    units = _int(network.get("hidden_size")) * _int(rnn.get("num_layers")) + (data.get("bits") or 0)
    return 8 * _int(data.get("batch_size")) * steps * units


def _int(value: object) -> int:
    return value if isinstance(value, int) else 1


def _lower(*sections: Mapping[str, Any]) -> str:
    """The sizes that could be lowered, the largest first."""
    sizes = {
        f"{place}.{name}": max(value) if isinstance(value, list) else value
        for place, section in zip(("network", "rnn", "data"), sections, strict=False)
        for name, value in section.items()
        if name.endswith(SIZES) and (isinstance(value, int) or (value and isinstance(value, list)))
    }
    return "lower " + " or ".join(sorted(sizes, key=sizes.__getitem__, reverse=True)[:4])
