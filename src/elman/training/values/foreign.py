"""The ranges of arguments of other libraries' classes, which do not check all of them.

The classes of this package check their own arguments.
"""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from inspect import getmro, isclass
from typing import Any

import lightning
import torch
from lightning.fabric.plugins import environments
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch import callbacks, loggers
from lightning.pytorch.accelerators import AcceleratorRegistry
from lightning.pytorch.strategies import StrategyRegistry
from lightning.pytorch.trainer.setup import _parse_time_interval_seconds

from elman.checks import (
    check_at_least,
    check_below_one,
    check_choice,
    check_from_to,
    check_not_negative,
    check_positive,
    check_size,
)

Check = Callable[[str, Any], object]  # of an argument's name and its value, which is not None

LARGEST = 1e3  # a larger decay turns every weight around in a step, a larger eps moves none
PROFILERS = ("simple", "advanced", "pytorch", "xla")


def check_foreign(target: Callable[..., Any], name: str, key: str, value: object) -> None:
    """Checks the range of an argument, if the table has it.

    Args:
        target: the class that takes it.
        name: of the argument.
        key: its name for messages.
        value: of the type that the class has annotated.

    Raises:
        TypeError, ValueError: the value is out of range.
    """
    if value is None or isinstance(value, Mapping):
        return
    for each in getmro(target) if isclass(target) else ():
        if check := RANGES.get(each, {}).get(name):
            check(key, value)
            return


def _at_least(minimum: int) -> Check:
    return lambda key, value: check_at_least(key, value, minimum)


def _one_of(*choices: str) -> Check:
    return lambda key, value: check_choice(key, value, choices)


def _check_count_or_fraction(key: str, value: float) -> None:
    """An int is a number of batches; a float is a fraction of all."""
    if not (isinstance(value, int) or 0 <= value <= 1) or value < 0:
        raise ValueError(
            f"{key} must be an int from 0 on (a number of batches) or a fraction from 0.0 to 1.0, "
            f"got {value!r}"
        )


def _check_some_batches(key: str, value: float) -> None:
    if value == 0 or not (isinstance(value, int) or 0 < value <= 1) or value < 0:
        raise ValueError(
            f"{key} must be an int from 1 on (a number of batches) or a fraction above 0.0 and up "
            f"to 1.0, got {value!r}"
        )


def _check_interval(key: str, value: Any) -> None:
    """A number of batches, a fraction of an epoch, or a time."""
    if isinstance(value, str):
        _check_time(key, value)
    elif not isinstance(value, timedelta):
        _check_some_batches(key, value)


def _check_time(key: str, value: object) -> None:
    try:
        _parse_time_interval_seconds(value)  # type: ignore[arg-type]
    except (MisconfigurationException, ValueError) as error:
        raise ValueError(
            f"{key} must be a time as days:hours:minutes:seconds, such as 00:12:00:00, got "
            f"{value!r}"
        ) from error


def _check_steps(key: str, value: int) -> None:
    if value != -1:
        check_size(key, value)


def _check_devices(key: str, value: object) -> None:
    """`trainer` tells which devices a machine lacks; more processes than it can run hang."""
    most = max(4, os.cpu_count() or 1, torch.cuda.device_count())
    if isinstance(value, str) and value != "auto":
        numbers = value.replace(",", "").strip()
        if not numbers.lstrip("-").isdigit():
            raise ValueError(f"{key} must be auto, or how many or which devices, got {value!r}")
        several = [int(each) for each in value.split(",") if each]
        value = several if "," in value else several[0]
    if isinstance(value, int) and value != -1:
        check_from_to(key, value, 1, most)
    if isinstance(value, list) and (not value or any(not 0 <= each < most for each in value)):
        raise ValueError(f"{key} must be a list of devices from 0 to {most - 1}, got {value!r}")


def _check_nodes(key: str, value: int) -> None:
    check_size(key, value)
    names = ("TorchElastic", "SLURM", "LSF", "MPI")
    launchers = [getattr(environments, f"{name}Environment") for name in names]
    launched = "NODE_RANK" in os.environ or any(each.detect() for each in launchers)
    if value > 1 and not launched:
        raise ValueError(
            f"{key} must be 1 unless a launcher such as torchrun or Slurm starts this script on "
            f"each node, got {value}; without one, set NODE_RANK, MASTER_ADDR and MASTER_PORT"
        )


def _check_accelerator(key: str, value: str) -> None:
    check_choice(key, value, ("auto", "gpu", *sorted(AcceleratorRegistry.available_accelerators())))


def _check_strategy(key: str, value: str) -> None:
    check_choice(key, value, ("auto", *StrategyRegistry.available_strategies()))


def _check_deterministic(key: str, value: object) -> None:
    if not isinstance(value, bool):
        check_choice(key, value, ("warn",))  # type: ignore[arg-type]


def _check_rate(key: str, value: float) -> None:
    if not value > 0:  # any size: a training that is too fast tells at which step it diverges
        raise ValueError(f"{key} must be a number greater than zero, got {value!r}")


def _check_coefficient(key: str, value: float) -> None:
    if not 0 <= value <= LARGEST:
        raise ValueError(f"{key} must be a number from 0 to {LARGEST:g}, got {value!r}")


def _check_betas(key: str, value: tuple[float, float]) -> None:
    for each in value:
        check_below_one(f"each of {key}", each)


def _check_capturable(key: str, value: bool) -> None:
    if value and not torch.cuda.is_available():
        raise ValueError(f"{key} must be false without a CUDA device, got {value!r}")


def _check_nothing_else(key: str, value: object) -> None:
    raise ValueError(f"{key} must not be given: the training sets it, got {value!r}")


RANGES: dict[type, dict[str, Check]] = {
    lightning.Trainer: {
        "accelerator": _check_accelerator,
        "accumulate_grad_batches": check_size,
        "callbacks": _check_nothing_else,
        "check_val_every_n_epoch": check_size,
        "deterministic": _check_deterministic,
        "devices": _check_devices,
        "fast_dev_run": lambda key, value: check_at_least(key, int(value), 0),
        "gradient_clip_algorithm": _one_of("norm", "value"),
        "gradient_clip_val": check_positive,  # Lightning would not clip at all if it is negative
        "limit_predict_batches": _check_count_or_fraction,
        "limit_test_batches": _check_some_batches,
        "limit_train_batches": _check_some_batches,
        "limit_val_batches": _check_count_or_fraction,
        "log_every_n_steps": check_size,
        "logger": _check_nothing_else,
        "max_epochs": check_size,
        "max_steps": _check_steps,
        "max_time": _check_time,
        "min_epochs": check_size,
        "min_steps": check_size,
        "num_nodes": _check_nodes,
        "num_sanity_val_steps": _at_least(-1),
        "overfit_batches": _check_count_or_fraction,
        "profiler": _one_of(*PROFILERS),
        "reload_dataloaders_every_n_epochs": _at_least(0),
        "strategy": _check_strategy,
        "val_check_interval": _check_interval,
    },
    torch.optim.Optimizer: {
        "alpha": check_below_one,
        "betas": _check_betas,
        "capturable": _check_capturable,
        "dampening": _check_coefficient,
        "eps": _check_coefficient,
        "lr": _check_rate,
        "momentum": check_below_one,
        "weight_decay": _check_coefficient,
    },
    callbacks.ModelCheckpoint: {
        "every_n_epochs": check_size,
        "every_n_train_steps": check_size,
        "mode": _one_of("min", "max"),
        "save_top_k": _at_least(-1),
    },
    callbacks.EarlyStopping: {
        "min_delta": check_not_negative,
        "mode": _one_of("min", "max"),
        "patience": check_size,
    },
    loggers.CSVLogger: {"flush_logs_every_n_steps": check_size},
}
