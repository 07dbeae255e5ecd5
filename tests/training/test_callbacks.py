import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lightning import Callback
from omegaconf import DictConfig

from elman.tasks.language.samples import SampleText
from elman.training.resume_hint import ResumeHint
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


def test_an_interrupted_training_logs_the_command_that_continues_it(
    configured: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(SampleText, "on_train_epoch_end", interrupt)
    with pytest.raises(SystemExit):
        train(configured("trainer.max_epochs=2"))
    assert f"To continue: python scripts/train.py resume={tmp_path / 'run'}" in caplog.text


def test_without_a_checkpoint_there_is_nothing_to_continue(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    hint: Callback = ResumeHint(str(tmp_path))
    hint.on_exception(None, None, KeyboardInterrupt())  # type: ignore[arg-type]
    assert "To continue" not in caplog.text


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
