from collections.abc import Callable
from pathlib import Path

import pytest
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from elman.training.base_callbacks import with_base_callbacks
from elman.training.class_objectives import CrossEntropy
from elman.training.train import train

Configure = Callable[..., DictConfig]
EXPERIMENTS = Path(__file__).parents[2] / "conf" / "experiment"
EXTRA = {"extra": {"_target_": "lightning.Callback"}}


@pytest.fixture
def small(composed: Configure, book: Path, tmp_path: Path) -> Configure:
    """The configuration of one epoch of a small network, in the folder `run` of `tmp_path`."""
    (tmp_path / "run").mkdir()
    return lambda *overrides: composed(
        "train",
        f"output_dir={tmp_path / 'run'}",
        f"data.path={book}",
        "data.batch_size=4",
        "data.chunk_length=18",
        "network.embedding_size=8",
        "network.hidden_size=16",
        "trainer.max_epochs=1",
        "trainer.log_every_n_steps=2",
        "+trainer.enable_progress_bar=false",
        *overrides,
    )


@pytest.mark.parametrize("callback", ["gradient_flow", "early_stopping", "omega"])
def test_a_callback_of_no_task_works_alone(small: Configure, tmp_path: Path, callback: str) -> None:
    train(small(f"callbacks={callback}"))
    for name in ("best", "last"):
        assert (tmp_path / f"run/checkpoints/{name}.ckpt").is_file()


def test_a_training_without_callbacks_writes_no_checkpoint(
    small: Configure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    train(small("~callbacks", "logger=none"))
    assert not list(tmp_path.rglob("*.ckpt"))


def test_the_objective_selects_the_checkpoint() -> None:
    callbacks = with_base_callbacks(OmegaConf.create(EXTRA), CrossEntropy())
    assert callbacks is not None
    assert set(callbacks) > {"extra", "progress", "last"}
    assert callbacks.checkpoint.monitor == "validation/accuracy"
    assert callbacks.checkpoint.mode == "max"


def test_a_value_of_the_experiment_stays() -> None:
    given = {**EXTRA, "checkpoint": {"monitor": "validation/cost", "mode": "min"}}
    callbacks = with_base_callbacks(OmegaConf.create(given), CrossEntropy())
    assert callbacks is not None
    assert callbacks.checkpoint.monitor == "validation/cost"
    assert callbacks.checkpoint.mode == "min"
    assert "_target_" in callbacks.checkpoint


@pytest.mark.parametrize("given", [None, {}, {"last": {"_target_": "lightning.Callback"}}])
def test_callbacks_that_a_user_has_chosen_stay(given: dict[str, dict[str, str]] | None) -> None:
    callbacks = None if given is None else OmegaConf.create(given)
    assert with_base_callbacks(callbacks, CrossEntropy()) == callbacks


def test_every_task_selects_its_checkpoint_in_the_direction_of_its_metric(
    composed: Configure,
) -> None:
    for experiment in sorted(path.stem for path in EXPERIMENTS.glob("*.yaml")):
        config = composed("train", f"experiment={experiment}")
        objective = instantiate(config.objective)
        checkpoint = config.callbacks.checkpoint
        if checkpoint.monitor == f"validation/{objective.metric}":
            assert checkpoint.get("mode", "min") == objective.mode, experiment
