"""The mean cost of many examples as a function of the weights, and how long it takes."""

import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from elman.inspection.training_examples import Examples
from elman.inspection.weights import Cost, cost_at

BATCH_SIZE = 100  # small enough for the processor's cache


def mean_cost(network: nn.Module, cost: Cost, examples: Examples) -> Callable[[Tensor], float]:
    """`C(w) = (1/N) Σ C₀`, a function of all weights w `(n)`."""
    batches = list(
        zip(
            torch.split(examples.inputs, BATCH_SIZE),
            torch.split(examples.y, BATCH_SIZE),
            strict=True,
        )
    )

    @torch.no_grad()
    def C(w: Tensor) -> float:  # noqa: N802 - the slides' symbol
        costs = [len(y) * cost_at(w, network, cost, inputs, y) for inputs, y in batches]
        return float(sum(costs)) / len(examples.y)

    return C


def affordable_examples(
    network: nn.Module, cost: Cost, w: Tensor, examples: Examples, evaluations: int, seconds: float
) -> int:
    """How many examples C can have so that its evaluations take a limited time.

    Args:
        network: the network.
        cost: the mean cost of some examples, of outputs and targets.
        w: weights at which C is timed, `(n)`.
        examples: all examples.
        evaluations: how many times C will be computed.
        seconds: the time limit for them.

    Returns:
        The number of all examples, or a multiple of 100, at least 100.
    """
    batch = examples.first(BATCH_SIZE)
    C = mean_cost(network, cost, batch)
    C(w)  # the first call is slower
    start = time.perf_counter()
    C(w)
    seconds_per_example = (time.perf_counter() - start) / len(batch.y)
    batches = int(seconds / (evaluations * seconds_per_example)) // BATCH_SIZE
    return min(len(examples.y), max(1, batches) * BATCH_SIZE)
