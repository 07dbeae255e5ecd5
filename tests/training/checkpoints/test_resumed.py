"""A training that goes on from a checkpoint whose states are wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning import Trainer
from omegaconf import DictConfig

from elman.training.checkpoints.resumed import resumed
from elman.training.runs.folder import LAST
from elman.training.train import train


def moments(checkpoint: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = checkpoint["optimizer_states"][0]["state"][0]
    return state


def model_checkpoint(checkpoint: dict[str, Any]) -> dict[str, Any]:
    states = checkpoint["callbacks"]
    return next(state for name, state in states.items() if name.startswith("ModelCheckpoint"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("optimizer_states"), "it has no 'optimizer_states'"),
        (lambda c: c.pop("loops"), "it has no 'loops'"),
        (lambda c: c.update(epoch="x"), "its 'epoch' is 'x', not int"),
        (
            lambda c: c.update({"pytorch-lightning_version": "x"}),
            "its 'pytorch-lightning_version' is 'x', not a version",
        ),
        (lambda c: c.update(global_step=torch.tensor(1.0)), "its 'global_step' is a tensor"),
        (
            lambda c: model_checkpoint(c).update(best_model_path=[1]),
            r"its 'best_model_path' is \[1\]",
        ),
        (
            lambda c: moments(c).update(exp_avg=torch.tensor(float("nan"))),
            r"optimizer_states.*exp_avg has",
        ),
        (
            lambda c: c["optimizer_states"][0]["param_groups"][0].update(lr=float("inf")),
            r"lr is inf",
        ),
        (lambda c: moments(c).update(exp_avg=torch.zeros(3)), "cannot be continued: "),
        (lambda c: c["optimizer_states"][0].update(param_groups=[]), "cannot be continued: "),
        (lambda c: c["loops"].pop("fit_loop"), "it has no 'fit_loop'"),
        (lambda c: c["loops"]["fit_loop"].pop("epoch_progress"), "it has no 'epoch_progress'"),
        (lambda c: c.update(states=torch.zeros(1, 1, 4, 7)), "cannot be continued: "),
        (lambda c: c["state_dict"].pop("network.readout.c"), r"they have no network\.readout\.c"),
        (lambda c: c["CharacterData"].pop("vocabulary"), "CharacterData: it has no 'vocabulary'"),
    ],
)
def test_a_state_that_does_not_fit_is_one_sentence(
    run: Path,
    configured: Callable[..., DictConfig],
    change: Callable[[dict[str, Any]], object],
    message: str,
) -> None:
    content = torch.load(run / LAST, weights_only=True)
    change(content)
    torch.save(content, run / LAST)
    with pytest.raises(ValueError, match=rf"(resume|checkpoint): .*last\.ckpt.*{message}"):
        train(configured(f"resume={run}", "trainer.max_epochs=2"))


def test_errors_of_later_steps_stay_as_they_are() -> None:
    trainer = Trainer(logger=False, enable_checkpointing=False, accelerator="cpu")
    count = len(trainer.callbacks)

    def continue_training() -> None:
        with resumed(trainer, Path("last.ckpt")):
            progress = trainer.callbacks[-1]
            progress.on_train_start(trainer, None)
            progress.on_train_batch_end()
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match=r"^later$"):
        continue_training()
    assert len(trainer.callbacks) == count


@pytest.mark.parametrize("checkpoint", [None, Path("last.ckpt")])
def test_missing_files_are_not_blamed_on_the_checkpoint(checkpoint: Path | None) -> None:
    trainer = Trainer(logger=False, enable_checkpointing=False, accelerator="cpu")
    with (
        pytest.raises(FileNotFoundError, match=r"^data\.path: gone$"),
        resumed(trainer, checkpoint),
    ):
        raise FileNotFoundError("data.path: gone")
