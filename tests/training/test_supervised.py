"""Whole trainings on examples, of every network that takes them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.curves import read_curves
from elman.training.runs.folder import LAST
from elman.training.train import train

Compose = Callable[..., DictConfig]
EPOCHS = {
    "digits_feedforward": 100,
    "digits_convolutional": 12,
    "rows_recurrent": 12,
}


@pytest.mark.parametrize("experiment", EPOCHS)
def test_learns_and_is_tested_again(
    on_pictures: Compose,
    composed: Compose,
    tmp_path: Path,
    experiment: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("INFO")
    accuracy = train(
        on_pictures(f"experiment={experiment}", f"trainer.max_epochs={EPOCHS[experiment]}")
    ).score
    assert accuracy >= 0.5  # at random: 0.1
    assert f"Test: accuracy {accuracy:.1%} on 20 unseen images of" in caplog.text
    assert "generate.py" not in caplog.text
    run = tmp_path / "run"
    assert (run / "curves.png").exists()
    again = evaluate(
        read_values(
            Evaluate,
            composed(
                "evaluate",
                f"checkpoint={run}",
                f"data.path={tmp_path}/pictures.csv",
                "+trainer.enable_progress_bar=false",
            ),
        )
    )
    assert again == accuracy
    assert f"Test: accuracy {accuracy:.1%} on 20 unseen images of" in capsys.readouterr().out


def test_a_resumed_training_ends_where_an_uninterrupted_one_does(
    on_pictures: Compose, tmp_path: Path
) -> None:
    options = ["experiment=digits_convolutional", "~scheduler", "~callbacks.learning_rate"]
    train(on_pictures(*options, "trainer.max_epochs=3", run="whole"))
    train(on_pictures(*options, "trainer.max_epochs=1", run="parts"))
    train(
        on_pictures(*options, "trainer.max_epochs=3", f"resume={tmp_path / 'parts'}", run="parts")
    )
    whole, parts = (
        torch.load(tmp_path / run / LAST, weights_only=True)["state_dict"]
        for run in ("whole", "parts")
    )
    for name, weight in whole.items():
        assert torch.equal(parts[name], weight), name


@pytest.mark.parametrize("rnn", ["torch", "layer_norm"])
def test_other_recurrent_layers(on_pictures: Compose, rnn: str) -> None:
    options = ["experiment=rows_recurrent", f"rnn={rnn}", "trainer.max_epochs=12"]
    assert train(on_pictures(*options)).score >= 0.5  # at random: 0.1


def test_full_batch_gradient_descent_goes_down(on_pictures: Compose, tmp_path: Path) -> None:
    options = ["data.batch_size=null", "optimizer.lr=0.5", "trainer.log_every_n_steps=1"]
    train(on_pictures("experiment=digits_feedforward", *options, "trainer.max_epochs=8"))
    costs = [cost for _, cost in read_curves(tmp_path / "run")["train/cost"]]
    assert len(costs) == 8
    assert costs == sorted(costs, reverse=True)
