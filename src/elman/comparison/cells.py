"""All contenders at one choice of sizes."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from elman.comparison.contenders import Contender, contenders
from elman.comparison.memory import Memory, measure_memory
from elman.comparison.sizes import Sizes
from elman.comparison.speed import measurement
from elman.comparison.timing import Timing, take_turns
from elman.layers import RNN

TORCH, OURS = "torch.nn.RNN", "elman auto"
KINDS = {"train": "Training step", "inference": "Inference"}


@dataclass(frozen=True)
class Cell:
    """One choice of sizes.

    Attributes:
        sizes: of weights and inputs.
        train: the times of a training step, by contender.
        inference: the times of a forward pass.
        memory: the peaks of a training step.
    """

    sizes: Sizes
    train: Mapping[str, Timing]
    inference: Mapping[str, Timing]
    memory: Memory

    def ratio(self, kind: str, name: str) -> float:
        """How many times as long as ours a contender takes."""
        timings: Mapping[str, Timing] = getattr(self, kind)
        return timings[name].median / timings[OURS].median


def measure_cell(sizes: Sizes, rounds: int, device: torch.device) -> Cell:
    """Times all contenders, and measures the memory of torch's and ours.

    Raises:
        RuntimeError: one of them does not compute what torch.nn.RNN does.
    """
    X = torch.randn(sizes.T, sizes.B, sizes.I, device=device)
    found = contenders(RNN(sizes.I, sizes.H, device=device), X)
    _check_agreement(found)
    trained = {name: each.train for name, each in found.items() if each.train is not None}
    train, inference = (
        take_turns({name: measurement(step, device) for name, step in steps.items()}, rounds)
        for steps in (trained, {name: each.inference for name, each in found.items()})
    )
    return Cell(sizes, train, inference, measure_memory(sizes, device))


def _check_agreement(found: Mapping[str, Contender]) -> None:
    right = found[TORCH].inference().cpu()
    for name, each in found.items():
        states = torch.as_tensor(each.inference()).cpu()
        if not torch.allclose(states, right, rtol=1e-3, atol=1e-3):
            raise RuntimeError(f"{name} does not compute the states of {TORCH}")
