import logging
from collections.abc import Callable
from typing import Any

import pytest
from omegaconf import DictConfig

from elman.tasks.language.samples import SampleText
from elman.training.train import train

Configure = Callable[..., DictConfig]


def test_samples_are_logged_after_each_validation(
    configured: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    train(configured("trainer.max_epochs=2", "callbacks.samples.length=7"))
    samples = [r.getMessage() for r in caplog.records if r.getMessage().startswith("After ")]
    assert len(samples) == 4  # two validations an epoch
    assert all(len(sample.partition(":\n")[2]) <= len("\n") + 7 + len("\n") for sample in samples)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length": 0}, "callbacks.samples.length must be greater than zero, got 0"),
        ({"temperature": -1.0}, "temperature must be a number greater than zero, got -1"),
    ],
)
def test_refuses_to_sample_so(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SampleText(**{"length": 5, "temperature": 1.0, "seed": 0, **arguments})
