"""Predictions of the next notes without a network."""

import torch
from torch import Tensor

from elman.tasks.music.objective import note_costs


def frequency_nll(train: list[Tensor], test: list[Tensor]) -> dict[str, float]:
    """The negative log-likelihood of two baselines without a network, in nats a chord.

    `independent`: each note has the probability of its frequency in the training pieces.
    `repeating`: that frequency depends on whether the same note sounds at the previous time step.

    Args:
        train: piano rolls, each `(T, K)`.
        test: the same.
    """
    before, after = (torch.cat([part(roll) for roll in train]).double() for part in (_head, _tail))
    before_test, after_test = (
        torch.cat([part(roll) for roll in test]).double() for part in (_head, _tail)
    )
    # Laplace's rule of succession: a note that never sounds keeps a small probability.
    independent = (after.sum(0) + 1) / (len(after) + 2)  # (K)
    held = ((after * before).sum(0) + 1) / (before.sum(0) + 2)
    struck = ((after * (1 - before)).sum(0) + 1) / ((1 - before).sum(0) + 2)
    repeating = torch.where(before_test > 0, held, struck)  # (N, K)
    return {
        "independent": float(
            note_costs(independent.logit().expand_as(after_test), after_test).mean()
        ),
        "repeating": float(note_costs(repeating.logit(), after_test).mean()),
    }


def _head(roll: Tensor) -> Tensor:
    return roll[:-1]


def _tail(roll: Tensor) -> Tensor:
    return roll[1:]
