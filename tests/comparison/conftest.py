"""Made-up results for tests of the report."""

from collections.abc import Callable

import pytest

from elman.comparison.capabilities import FeatureResult
from elman.comparison.implementations import ELMAN, TORCH
from elman.comparison.learning import Learning, TrainingRun
from elman.comparison.memory import Memory
from elman.comparison.parity import DTYPES, TENSORS, Case, Distance
from elman.comparison.results import Results
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Speed
from elman.comparison.timing import measurement

SMALL, LARGE = Sizes(10, 1, 8, 16), Sizes(100, 64, 128, 256)


def speed(sizes: Sizes, ours: float, theirs: float) -> Speed:
    """Speed with the given seconds for a training step and half of them for inference."""
    train, inference = (
        {
            name: measurement(name, [0.8 * seconds, seconds, 1.2 * seconds])
            for name, seconds in ((TORCH, theirs / divisor), (ELMAN, ours / divisor))
        }
        for divisor in (1, 2)
    )
    return Speed(sizes, train, inference)


@pytest.fixture(scope="session")
def make_speed() -> Callable[[Sizes, float, float], Speed]:
    return speed


@pytest.fixture(scope="session")
def results() -> Results:
    return Results(
        environment={"command": "python scripts/compare.py compare=quick", "machine": "a test CPU"},
        distances=[
            Distance(Case({"num_layers": 2}, SMALL), dtype, tensor, 2e-16, 1e-16)
            for dtype in DTYPES
            for tensor in TENSORS
        ],
        speed=[speed(SMALL, 1e-3, 4e-3), speed(LARGE, 0.02, 0.02)],
        scaling={"T": [speed(SMALL, 1e-3, 4e-3), speed(SMALL._replace(T=20), 2e-3, 8e-3)]},
        memory=[Memory(SMALL, 1000, 1500)],
        learning=Learning(
            TrainingRun([4.0, 3.0], 2.5, 7.0), TrainingRun([4.0, 3.5], 2.75, 9.0), "book.txt"
        ),
        capabilities=[
            FeatureResult(
                "custom nonlinearity", "yes", "ValueError: Unknown <nonlinearity> | 'f'", True
            ),
            FeatureResult("TorchScript", "NotSupportedError: no", "yes", False),
        ],
    )
