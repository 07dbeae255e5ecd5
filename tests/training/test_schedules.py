from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import LRScheduler

from elman.training.schedules import warmup_cosine


def schedule(total_steps: int, warmup: float) -> LRScheduler:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2.0)
    return warmup_cosine(optimizer, total_steps, warmup)


def rates(schedule: LRScheduler, steps: int) -> list[float]:
    found = []
    for _ in range(steps):
        found.append(schedule.get_last_lr()[0])
        schedule.optimizer.step()
        schedule.step()
    return found


def test_rises_in_a_line_then_falls_along_a_cosine_to_zero() -> None:
    found = rates(schedule(total_steps=20, warmup=0.2), 21)
    assert found[:5] == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.0])
    assert found[12] == pytest.approx(1.0)  # half of the fall
    assert found[4:] == sorted(found[4:], reverse=True)
    assert found[20] == pytest.approx(0)


def test_without_warmup_it_begins_at_the_full_rate() -> None:
    assert rates(schedule(10, warmup=0), 1) == [2.0]


def test_a_longer_training_goes_on_along_the_longer_cosine() -> None:
    short = schedule(10, warmup=0)
    rates(short, 10)
    resumed = schedule(20, warmup=0)
    resumed.load_state_dict(short.state_dict())
    resumed.optimizer.step()
    resumed.step()
    assert resumed.get_last_lr() == pytest.approx([rates(schedule(20, warmup=0), 12)[11]])


@pytest.mark.parametrize("warmup", [-0.1, 3, "half"])
def test_refuses_a_warmup_that_is_no_share(warmup: Any) -> None:
    with pytest.raises(
        ValueError, match=f"scheduler.warmup must be a number from 0 to 1, got {warmup!r}"
    ):
        schedule(10, warmup)
