"""Learning rates over the steps of a training."""

import math

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from elman.checks import check_probability


def warmup_cosine(optimizer: Optimizer, total_steps: int, warmup: float = 0.05) -> LambdaLR:
    """Rises in a line to the optimizer's learning rate, then falls along a cosine to zero.

    The checkpoint holds the step alone, so a training that is resumed with more epochs goes on
    along the longer cosine.

    Args:
        optimizer: whose learning rate to set.
        total_steps: when zero is reached.
        warmup: the share of the steps in which it rises.

    Raises:
        ValueError: `warmup` is no share.
    """
    check_probability("scheduler.warmup", warmup)
    rising = round(total_steps * warmup)

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / rising
        return (1 + math.cos(math.pi * min(1, (step - rising) / max(1, total_steps - rising)))) / 2

    return LambdaLR(optimizer, factor)
