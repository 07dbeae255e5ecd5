import dataclasses
import math
from collections.abc import Callable

import pytest

from elman.comparison.capabilities import Finding
from elman.comparison.learning import Course, Learning
from elman.comparison.memory import Memory
from elman.comparison.results import Results
from elman.comparison.sizes import Sizes
from elman.comparison.speed import Speed
from elman.comparison.verdict import (
    capabilities_verdict,
    learning_verdict,
    memory_verdict,
    parity_verdict,
    speed_verdict,
    verdict,
)

MakeSpeed = Callable[[Sizes, float, float], Speed]

SMALL, LARGE = Sizes(10, 1, 8, 16), Sizes(100, 64, 128, 256)


def test_a_sentence_for_each_part(results: Results) -> None:
    assert list(verdict(results)) == [
        "Parity",
        "Training speed",
        "Inference speed",
        "Memory",
        "Learning",
        "Capabilities",
    ]


def test_parity_that_holds(results: Results) -> None:
    told = parity_verdict(results.distances)
    assert told.startswith("Holds in all 14 tensors.")
    assert "as close as torch's or closer in 0% of them" in told


@pytest.mark.parametrize(("distance", "told"), [(1e-3, "8.39e+03 ulp"), (math.inf, "inf ulp")])
def test_parity_that_fails(results: Results, distance: float, told: str) -> None:
    first, *others = results.distances
    failing = parity_verdict([*others, dataclasses.replace(first, ours=distance)])
    assert failing.startswith("Fails for output in float32.")
    assert f"ours by {told}" in failing
    assert "num_layers=2" in failing
    assert "Holds" not in failing


def test_speed_in_both_directions(make_speed: MakeSpeed) -> None:
    faster = speed_verdict(
        "A training step", [make_speed(SMALL, 1e-3, 8e-3), make_speed(LARGE, 0.04, 0.02)], "train"
    )
    assert "with torch.nn.RNN takes 2.00 times as long as with elman.RNN" in faster
    assert f"0.50 times ours at {LARGE} and 8.00 times at {SMALL}" in faster
    assert "elman.RNN is the slower in 1 of them." in faster
    slower = speed_verdict("Inference", [make_speed(SMALL, 4e-3, 1e-3)], "inference")
    assert "Inference with elman.RNN takes 4.00 times as long as with torch.nn.RNN" in slower
    never = speed_verdict("Inference", [make_speed(SMALL, 1e-3, 4e-3)], "inference")
    assert "slower in none of them" in never


def test_memory_in_both_directions() -> None:
    assert "with torch.nn.RNN needs 1.50 times as much memory as with elman.RNN" in memory_verdict(
        [Memory(SMALL, 1000, 1500)]
    )
    more = memory_verdict([Memory(SMALL, 3000, 1000)])
    assert "with elman.RNN needs 3.00 times as much memory as with torch.nn.RNN" in more
    assert "larger in 1 of them" in more


def test_learning_tells_plain_figures() -> None:
    told = learning_verdict(
        Learning(Course([4.0, 3.0], 2.5, 7.0), Course([4.0, 3.25], 2.75, 9.0), "book.txt")
    )
    for figure in (
        "2 steps",
        "2.5000",
        "2.7500",
        "0.25 at most",
        "by 0 at the first step",
        "7.0 s",
        "9.0 s",
    ):
        assert figure in told


def test_capabilities_of_one_alone() -> None:
    findings = [
        Finding("a", "yes", "ValueError: no", True),
        Finding("b", "yes", "yes", False),
        Finding("c", "TypeError: no", "TypeError: no", False),
        Finding("d", "TypeError: no", "yes", False),
    ]
    told = capabilities_verdict(findings)
    assert told == "Of 4 features tried elman.RNN alone has 1, torch.nn.RNN alone 1 (d)."
    assert capabilities_verdict(findings[:2]).endswith("torch.nn.RNN alone 0.")
