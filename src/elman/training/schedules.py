"""Learning rates over the steps of a training."""

import math
from collections.abc import Iterable
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from elman.checks import check_probability

RATES = ("lr", "initial_lr", "max_lr", "min_lr")  # of a group of parameters; schedules add some


def warmup_cosine(optimizer: Optimizer, total_steps: int, warmup: float = 0.05) -> LambdaLR:
    """Rises linearly to the optimizer's learning rate, then falls along a cosine to zero.

    The checkpoint stores only the step number, so a training that is resumed with more epochs
    continues on the longer cosine.

    Args:
        optimizer: its learning rate is scheduled.
        total_steps: number of steps after which the rate is zero.
        warmup: fraction of the steps in which the rate rises.

    Raises:
        ValueError: `warmup` is not a number from 0 to 1.
    """
    check_probability("scheduler.warmup", warmup)
    rising = round(total_steps * warmup)

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        return (1 + math.cos(math.pi * min(1, (step - rising) / max(1, total_steps - rising)))) / 2

    return LambdaLR(optimizer, factor)


def scale_rates(optimizer: Optimizer, schedules: Iterable[Any], factor: float) -> None:
    """Multiplies the learning rate by a factor, now and in all further steps of its schedules.

    Args:
        optimizer: its learning rate is scaled.
        schedules: of torch; those of other optimizers are left as they are.
        factor: what to multiply by.
    """
    for group in optimizer.param_groups:
        group.update({rate: group[rate] * factor for rate in RATES if rate in group})
    for schedule in schedules:
        if schedule.optimizer is optimizer:
            _scale_base_rates(schedule, factor)


def _scale_base_rates(schedule: Any, factor: float) -> None:
    for part in getattr(schedule, "_schedulers", ()):  # of SequentialLR and ChainedScheduler
        _scale_base_rates(part, factor)
    if hasattr(schedule, "base_lrs"):
        schedule.base_lrs = [rate * factor for rate in schedule.base_lrs]
    if hasattr(schedule, "min_lrs"):  # of ReduceLROnPlateau
        schedule.min_lrs = [rate * factor for rate in schedule.min_lrs]
