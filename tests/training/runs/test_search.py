"""A search that is killed, and continued. Without Optuna, these tests are skipped."""

import fcntl
from pathlib import Path

import pytest
from omegaconf import DictConfig, OmegaConf

from elman.training.runs.search import ContinueSearch

optuna = pytest.importorskip("optuna")


@pytest.fixture
def config(tmp_path: Path) -> DictConfig:
    """A search for three results, in the file `study.db`."""
    sweeper = {
        "storage": f"sqlite:///{tmp_path}/study.db",
        "study_name": "train",
        "direction": "minimize",
        "n_trials": 3,
        "sampler": {"seed": 5},
    }
    return OmegaConf.create({"hydra": {"sweeper": sweeper}})


@pytest.fixture
def study(config: DictConfig) -> "optuna.Study":
    sweeper = config.hydra.sweeper
    return optuna.create_study(study_name="train", storage=sweeper.storage)


def test_a_new_search_has_all_its_trials(config: DictConfig) -> None:
    ContinueSearch().on_multirun_start(config)
    assert (config.hydra.sweeper.n_trials, config.hydra.sweeper.sampler.seed) == (3, 5)


def test_a_killed_trial_has_failed_and_the_missing_ones_follow(
    config: DictConfig, study: "optuna.Study"
) -> None:
    study.tell(study.ask(), 0.5)
    study.ask()  # and killed
    ContinueSearch().on_multirun_start(config)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "FAIL"]
    assert (config.hydra.sweeper.n_trials, config.hydra.sweeper.sampler.seed) == (2, 7)


def test_another_search_in_the_file_keeps_its_trials(
    config: DictConfig, study: "optuna.Study", tmp_path: Path
) -> None:
    study.ask()
    with (tmp_path / "study.db.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        ContinueSearch().on_multirun_start(config)
    assert [trial.state.name for trial in study.trials] == ["RUNNING"]


def test_a_finished_search_says_so(
    config: DictConfig, study: "optuna.Study", capsys: pytest.CaptureFixture[str]
) -> None:
    for value in (0.5, 0.3, 0.4):
        study.tell(study.ask(), value)
    with pytest.raises(SystemExit) as ended:
        ContinueSearch().on_multirun_start(config)
    assert ended.value.code is None
    printed = capsys.readouterr().out
    assert "has 3 trials with a result; the best is 0.3" in printed
    assert "raise hydra.sweeper.n_trials" in printed
