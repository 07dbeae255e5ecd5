"""Findings made up for tests of what is told about them."""

from collections.abc import Callable

import pytest

from elman.comparison.capabilities import Finding
from elman.comparison.learning import Course, Learning
from elman.comparison.memory import Memory
from elman.comparison.parity import DTYPES, TENSORS, Case, Distance
from elman.comparison.results import Results
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Pair, Speed
from elman.comparison.timing import Timing

SMALL, LARGE = Sizes(10, 1, 8, 16), Sizes(100, 64, 128, 256)


def pair(ours: float, theirs: float) -> Pair:
    return Pair(*(Timing((0.9 * each, each, 1.1 * each)) for each in (ours, theirs)))


def speed(sizes: Sizes, ours: float, theirs: float) -> Speed:
    """Seconds of a training step; inference takes half of them."""
    return Speed(sizes, pair(ours, theirs), pair(ours / 2, theirs / 2))


@pytest.fixture
def make_speed() -> Callable[[Sizes, float, float], Speed]:
    return speed


@pytest.fixture
def results() -> Results:
    return Results(
        setting={"command": "python scripts/compare.py compare=quick"},
        distances=[
            Distance(Case({"num_layers": 2}, SMALL), dtype, tensor, 2e-16, 1e-16)
            for dtype in DTYPES
            for tensor in TENSORS
        ],
        speed=[speed(SMALL, 1e-3, 4e-3), speed(LARGE, 0.02, 0.02)],
        scaling={"T": [speed(SMALL, 1e-3, 4e-3), speed(SMALL._replace(T=20), 2e-3, 8e-3)]},
        memory=[Memory(SMALL, 1000, 1500)],
        learning=Learning(Course([4.0, 3.0], 2.5, 7.0), Course([4.0, 3.5], 2.75, 9.0), "book.txt"),
        capabilities=[
            Finding("any nonlinearity", "yes", "ValueError: Unknown <nonlinearity> | 'f'", True),
            Finding("TorchScript", "NotSupportedError: no", "yes", False),
        ],
    )
