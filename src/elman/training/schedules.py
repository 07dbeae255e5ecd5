"""Learning rates over the steps of a training."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from elman.checks import check_probability


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
