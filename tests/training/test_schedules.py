from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.optim.lr_scheduler import (
    ConstantLR,
    LambdaLR,
    LRScheduler,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

from elman.training.schedules import scale_rates, warmup_cosine


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


@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (lambda each: LambdaLR(each, lambda step: 1 / (1 + step)), [4, 2]),
        (lambda each: StepLR(each, step_size=1), [4, 0.4]),
        (ReduceLROnPlateau, [4, 4]),
        (lambda each: OneCycleLR(each, 4.0, total_steps=3, pct_start=0.5), None),
        (
            lambda each: SequentialLR(
                each, [ConstantLR(each, 1.0), LambdaLR(each, lambda _: 1.0)], milestones=[1]
            ),
            [4, 4],
        ),
    ],
)
def test_rates_are_halved_now_and_later(
    schedule: Callable[[torch.optim.Optimizer], Any], rates: list[float] | None
) -> None:
    def steps(factor: float) -> list[float]:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=4.0)
        built = schedule(optimizer)
        scale_rates(optimizer, [built], factor)
        found = []
        for _ in range(2):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            built.step(*[1.0] * isinstance(built, ReduceLROnPlateau))
        return found

    assert rates is None or steps(1) == pytest.approx(rates)
    assert steps(0.25) == pytest.approx([rate / 4 for rate in steps(1)])
