import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig

from elman.tasks.language.data import CharacterData
from elman.training.processes.interruption import Interruption
from elman.training.runs.csv_log import rows
from elman.training.runs.folder import LAST, METRICS, RESULT
from elman.training.train import train
from elman.training.truncated_bptt import TruncatedBPTT

Configure = Callable[..., DictConfig]
OPTIONS = [
    "trainer.max_epochs=2",
    "rnn.dropout=0.2",
    "rnn.num_layers=2",
]  # two validations an epoch


def at(monkeypatch: pytest.MonkeyPatch, owner: type, method: str, call: int, number: int) -> None:
    """Sends a signal at the given call of a method."""
    original, calls = getattr(owner, method), iter(range(10**9))

    def signalled(*arguments: Any, **named: Any) -> Any:
        if next(calls) == call:
            os.kill(os.getpid(), number)
        return original(*arguments, **named)

    monkeypatch.setattr(owner, method, signalled)


def state(run: Path) -> dict[str, Any]:
    return torch.load(run / LAST, weights_only=True)


@pytest.mark.parametrize(
    ("method", "call", "number", "step"),
    [
        ("training_step", 0, signal.SIGTERM, 1),
        ("training_step", 9, signal.SIGINT, 10),
        ("validation_step", 1, signal.SIGHUP, None),  # within the first validation
        # at the end of the first epoch; one call comes before the training, to try a validation
        ("on_validation_epoch_start", 2, signal.SIGUSR1, None),
    ],
)
def test_a_signal_saves_all_work_and_a_resumed_training_ends_the_same(
    configured: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    call: int,
    number: int,
    step: int | None,
) -> None:
    """To the bit; a validation that was not finished is done again, and logged once."""
    train(configured(*OPTIONS, run="whole"))
    before = signal.getsignal(number)
    whole, run = state(tmp_path / "whole"), tmp_path / "broken"
    if step is None:
        step = whole["global_step"] * (call if method == "validation_step" else 2) // 4
    with monkeypatch.context() as patch:
        at(patch, TruncatedBPTT, method, call, number)
        with pytest.raises(SystemExit) as end:
            train(configured(*OPTIONS, run="broken"))
    assert end.value.code == 128 + number
    assert signal.getsignal(number) == before
    sentence = f"Stopped by {signal.Signals(number).name} after step {step}. To continue: "
    assert f"{sentence}python scripts/train.py resume={run}" in caplog.text
    assert state(run)["global_step"] == step

    train(configured(*OPTIONS, f"resume={run}", run="broken"))
    resumed = state(run)
    assert resumed["global_step"] == whole["global_step"]
    for name, weight in whole["state_dict"].items():
        assert torch.equal(resumed["state_dict"][name], weight)
    assert rows(run / METRICS) == rows(tmp_path / "whole" / METRICS)


def test_before_the_first_step_there_is_nothing_to_save(
    configured: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    at(monkeypatch, CharacterData, "prepare_data", 0, signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"):
        train(configured())
    assert "Stopped by SIGTERM before the first step, nothing to save." in caplog.text
    assert "To continue" not in caplog.text
    assert not (tmp_path / "run" / LAST).exists()


def test_of_several_processes_only_the_first_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    interruption = Interruption(Path("run"))  # its trainer is not built yet
    with pytest.raises(SystemExit, match="143"), interruption.takes_signals():
        os.kill(os.getpid(), signal.SIGTERM)
    assert "Stopped" not in caplog.text


def test_a_training_that_was_stopped_in_its_test_is_only_tested_again(
    configured: Configure,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        at(patch, TruncatedBPTT, "test_step", 0, signal.SIGINT)
        with pytest.raises(SystemExit, match="130"):
            train(configured("trainer.max_epochs=1"))
    assert (
        f"Stopped by SIGINT before the test. To continue: python scripts/train.py resume={run}"
        in (caplog.text)
    )
    assert not (run / RESULT).exists()

    at(monkeypatch, TruncatedBPTT, "training_step", 0, signal.SIGKILL)  # there must be no step
    train(configured("trainer.max_epochs=1", f"resume={run}"))
    assert (run / RESULT).exists()


def test_a_signal_that_the_program_was_told_to_ignore_is_ignored(
    configured: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `nohup` does."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        at(monkeypatch, TruncatedBPTT, "training_step", 0, signal.SIGHUP)
        train(configured("trainer.max_epochs=1"))
    finally:
        signal.signal(signal.SIGHUP, before)
    assert (tmp_path / "run" / RESULT).exists()


def test_an_error_that_is_no_consequence_of_a_signal_stays(
    configured: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a fault of the program")

    monkeypatch.setattr(TruncatedBPTT, "training_step", fail)
    with pytest.raises(RuntimeError, match="a fault of the program"):
        train(configured())


def test_a_process_that_dies_of_the_same_signal_is_no_error(
    configured: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker of the data, which gets the signal because it is in the same group."""

    def fail(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("DataLoader worker is killed by signal: Terminated.")

    monkeypatch.setattr(TruncatedBPTT, "training_step", fail)
    with pytest.raises(SystemExit, match="143"):
        train(configured())


def test_a_signal_ends_a_training_that_has_diverged_instead_of_a_rollback(
    configured: Configure, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The checkpoint of the interruption is refused, since a weight is nan."""
    whole = TruncatedBPTT.optimizer_step

    def spoil(self: TruncatedBPTT, *arguments: Any, **named: Any) -> None:
        whole(self, *arguments, **named)
        next(self.network.parameters()).data.fill_(torch.nan)

    monkeypatch.setattr(TruncatedBPTT, "optimizer_step", spoil)
    at(monkeypatch, TruncatedBPTT, "training_step", 0, signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"):
        train(configured("on_divergence=rollback"))
    assert "training diverged at step 1: a weight has grown to nan" in caplog.text
    assert "Stopped by SIGTERM. To continue: python scripts/train.py resume=" in caplog.text
