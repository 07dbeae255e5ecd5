"""All that was found, for the report to tell."""

from collections.abc import Mapping
from dataclasses import dataclass

from elman.comparison.capabilities import Finding
from elman.comparison.learning import Learning
from elman.comparison.memory import Memory
from elman.comparison.parity import Distance
from elman.comparison.speed import Speed


@dataclass(frozen=True)
class Results:
    """What each part of the comparison found.

    Attributes:
        setting: where and with what it was found, by name.
        distances: of both layers' numbers from the truth.
        speed: the times in each cell of the grid.
        scaling: the times where one size varies and the others stay, by its symbol.
        memory: the peaks in each cell of the grid.
        learning: the two courses of one training.
        capabilities: what either layer can do.
    """

    setting: Mapping[str, str]
    distances: list[Distance]
    speed: list[Speed]
    scaling: Mapping[str, list[Speed]]
    memory: list[Memory]
    learning: Learning
    capabilities: list[Finding]
