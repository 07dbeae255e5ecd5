from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig

import elman
from elman.cli.values import read_values
from elman.tasks.memory.copy_memory import memoryless_cost
from elman.training.checkpoints.checkpoint import restore
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.results import Result, RunGroup
from elman.training.train import train

Compose = Callable[..., DictConfig]
QUIET = ("~callbacks.progress", "+trainer.enable_progress_bar=false", "logger=none")
SMALL = ("data.batches=150", "data.validation=200", "data.test=1000", "network.hidden_size=32")


@pytest.fixture
def on_task(composed: Compose, tmp_path: Path) -> Compose:
    """The configuration of a short training of an experiment, in `tmp_path/run`."""

    def configure(experiment: str, *overrides: str) -> DictConfig:
        folder = tmp_path / "run"
        options = [f"output_dir={folder}", f"experiment={experiment}", *SMALL, *QUIET]
        return composed("train", *options, "optimizer.lr=3e-3", *overrides)

    return configure


@pytest.mark.parametrize(
    ("experiment", "overrides", "reached", "baseline"),
    [
        ("adding", ["data.length=10"], lambda m: m["mse"] < 0.02, "constant answer 0.1667"),
        ("temporal_order", ["data.length=10"], lambda m: m["accuracy"] > 0.95, "chance 25.0%"),
        (
            "copy_memory",
            ["data.delay=2"],
            lambda m: m["cost"] < 0.9 * memoryless_cost(2),
            "memoryless 0.9452",
        ),
        ("embedded_reber", [], lambda m: m["remembered"] > 0.75, "guessed symbol 50.0%"),
        ("anbn", ["data.largest=3"], lambda m: m["largest_n"] >= 3, "largest n "),
        ("flip_flop", ["data.length=10"], lambda m: m["accuracy"] > 0.95, "memoryless 59.50%"),
    ],
)
def test_a_small_network_learns(
    on_task: Compose,
    tmp_path: Path,
    experiment: str,
    overrides: list[str],
    reached: Callable[[dict[str, float]], bool],
    baseline: str,
) -> None:
    run = train(on_task(experiment, "trainer.max_epochs=3", *overrides))
    assert reached(run.metrics), run.metrics
    baselines = RunGroup("", [Result.read(tmp_path / "run")]).baselines()
    assert baseline in baselines
    assert "echo state " in baselines


def test_learning_V_is_worth_something(on_task: Compose) -> None:
    metrics = train(on_task("adding", "data.length=10", "trainer.max_epochs=3")).metrics
    assert metrics["mse"] < 0.5 * metrics["echo_state_mse"] < metrics["constant_answer_mse"]


def test_the_same_layer_of_torch_trains_as_well(on_task: Compose) -> None:
    run = train(on_task("adding", "data.length=10", "rnn=torch", "trainer.max_epochs=3"))
    assert run.metrics["mse"] < 0.05


def test_a_checkpoint_is_tested_on_the_same_sequences_and_on_longer_ones(
    on_task: Compose, composed: Compose, tmp_path: Path
) -> None:
    mse = train(on_task("adding", "data.length=10", "trainer.max_epochs=1")).score
    options = [f"checkpoint={tmp_path / 'run'}", "+trainer.enable_progress_bar=false"]
    assert evaluate(read_values(Evaluate, composed("evaluate", *options))) == mse

    network, data, _ = restore(tmp_path / "run", {"length": 12})
    X, y = zip(*data.test_dataloader(), strict=True)
    with torch.no_grad():
        O = network(torch.cat(X, dim=1))[:, 0]
    longer = (O - torch.cat(y)).square().mean().item()
    assert evaluate(
        read_values(Evaluate, composed("evaluate", *options, "+data.length=12"))
    ) == pytest.approx(longer)
    assert longer != mse


def test_a_training_from_python(tmp_path: Path) -> None:
    options = ["experiment=adding", "data.length=2", f"output_dir={tmp_path}", "data.batches=3"]
    small = ["data.validation=8", "data.test=8", "trainer.max_epochs=1", "logger=none"]
    assert set(elman.train([*options, *small], quiet=True).metrics) == {
        "mse",
        "constant_answer_mse",
        "echo_state_mse",
    }
