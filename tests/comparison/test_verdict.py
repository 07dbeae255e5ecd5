import dataclasses
import math

import pytest

from elman.comparison.capabilities import FeatureResult
from elman.comparison.learning import Learning, TrainingRun
from elman.comparison.results import Results
from elman.comparison.verdict import (
    capabilities_verdict,
    learning_verdict,
    parity_verdict,
    verdict,
)


def test_topics(results: Results) -> None:
    assert list(verdict(results)) == [
        "Parity",
        "Training speed",
        "Inference speed",
        "Memory",
        "Learning",
        "Capabilities",
    ]


def test_parity_that_holds(results: Results) -> None:
    text = parity_verdict(results.distances)
    assert text.startswith("Holds in all 14 tensors.")
    assert "at least as close as torch.nn.RNN in 0% of the tensors" in text


@pytest.mark.parametrize(("distance", "reported"), [(1e-3, "8.39e+03 ulp"), (math.inf, "inf ulp")])
def test_parity_that_fails(results: Results, distance: float, reported: str) -> None:
    first, *others = results.distances
    failing = parity_verdict([*others, dataclasses.replace(first, ours=distance)])
    assert failing.startswith("Fails for output in float32.")
    assert f"{reported} with elman.RNN" in failing
    assert "num_layers=2" in failing
    assert "Holds" not in failing


def test_speed_names_the_machine(results: Results) -> None:
    sentences = verdict(results)
    for topic in ("Training speed", "Inference speed", "Learning"):
        assert sentences[topic].endswith(" Measured on a test CPU.")


def test_learning() -> None:
    text = learning_verdict(
        Learning(TrainingRun([4.0, 3.0], 2.5, 7.0), TrainingRun([4.0, 3.25], 2.75, 9.0), "book.txt")
    )
    for figure in (
        "2 steps",
        "2.5000",
        "2.7500",
        "at most 0.25",
        "by 0 at the first step",
        "7.0 s",
        "9.0 s",
    ):
        assert figure in text


def test_capabilities() -> None:
    results = [
        FeatureResult("a", "yes", "ValueError: no", True),
        FeatureResult("b", "yes", "yes", False),
        FeatureResult("c", "TypeError: no", "TypeError: no", False),
        FeatureResult("d", "TypeError: no", "yes", False),
    ]
    assert capabilities_verdict(results) == (
        "Of 4 features, 1 work with elman.RNN only and 1 with torch.nn.RNN only (d)."
    )
    assert capabilities_verdict(results[:2]).endswith("0 with torch.nn.RNN only.")
