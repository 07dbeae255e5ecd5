"""The results of all parts of the comparison."""

from collections.abc import Mapping
from dataclasses import dataclass

from elman.comparison.capabilities import FeatureResult
from elman.comparison.learning import Learning
from elman.comparison.memory import Memory
from elman.comparison.parity import Distance
from elman.comparison.speed import Speed


@dataclass(frozen=True)
class Results:
    """The results of all parts of the comparison.

    Attributes:
        environment: machine, versions and command, by name.
        distances: of both layers' tensors from the reference values.
        speed: the times over the grid of sizes.
        scaling: the times with one size varied, by its symbol.
        memory: the peaks over the grid of sizes.
        learning: the two training runs.
        capabilities: the features that either layer supports.
    """

    environment: Mapping[str, str]
    distances: list[Distance]
    speed: list[Speed]
    scaling: Mapping[str, list[Speed]]
    memory: list[Memory]
    learning: Learning
    capabilities: list[FeatureResult]
