"""A training whose path is kept, and what is shown of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import DictConfig
from torch.nn.utils import parameters_to_vector

from elman.inspection import descent_report as module
from elman.inspection.descent_report import (
    Examples,
    Recorded,
    affordable,
    read_path,
    show_descent,
    training_examples,
)
from elman.networks import FeedforwardNetwork
from elman.tasks.language.data import CharacterData
from elman.training.checkpoint import restore
from elman.training.class_objectives import SquaredError
from elman.training.run_folder import COLUMN_MATRIX, DESCENT, PATH
from elman.training.train import train

Compose = Callable[..., DictConfig]
CONSTANT_RATE = ["~scheduler", "~callbacks.learning_rate"]


@pytest.fixture
def configure(composed: Compose, tmp_path: Path) -> Compose:
    """A small training on noise of two brightnesses, in the folder `run` of `tmp_path`."""
    random = np.random.default_rng(0)
    pictures = random.integers(0, 100, (60, 784)) + 100 * (np.arange(60) % 2)[:, None]
    table = np.column_stack([pictures, np.arange(60) % 2])
    np.savetxt(tmp_path / "pictures.csv", table, "%d", ",")

    def configured(*overrides: str, run: str = "run") -> DictConfig:
        (tmp_path / run).mkdir(exist_ok=True)
        return composed(
            "train",
            "experiment=digits_feedforward",
            f"output_dir={tmp_path / run}",
            f"data.path={tmp_path / 'pictures.csv'}",
            "data.validation=10",
            "data.test=10",
            "network.sizes=[784,4,2]",
            "trainer.max_epochs=3",
            "trainer.log_every_n_steps=2",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configured


@pytest.fixture
def look(composed: Compose, tmp_path: Path) -> Callable[..., None]:
    def look(*overrides: str, run: str = "run") -> None:
        given = [f"checkpoint={tmp_path / run}", f"data.path={tmp_path / 'pictures.csv'}"]
        show_descent(composed("descent", *given, "points=3", "columns=12", *overrides))

    return look


def read(run: Path) -> tuple[list[int], torch.Tensor]:
    path = torch.load(run / PATH, weights_only=True)
    return path["steps"].tolist(), path["weights"]


def test_shows_what_was_trained(
    configure: Compose,
    look: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    train(configure())
    assert f"python scripts/descent.py checkpoint={tmp_path / 'run'}" in caplog.text
    capsys.readouterr()
    look()
    told = capsys.readouterr().out
    for sentence in (
        "Before training, −∂C/∂w of 12 examples, C = ",
        "After 4 steps, −∂C₀/∂w of one example, which shows ",
        "After 12 steps, −∂C/∂w of 12 examples, C = ",
        "The examples' gradients average to the gradient of C: they differ by ",
        "The cost of 40 of 40 training examples at 3 × 3 points:",
        str(tmp_path / "run" / COLUMN_MATRIX),
        str(tmp_path / "run" / DESCENT),
    ):
        assert sentence in told
    assert told.count("should") == 4 * 4  # two layers' W and b
    difference = float(told.partition("they differ by ")[2].split()[0])
    assert difference < 1e-14
    costs = [
        (float(line.split("C = ")[1].rstrip(":")), float(after.split("C = ")[1].rstrip(".")))
        for line, after in zip(
            [line for line in told.splitlines() if "12 examples, C = " in line],
            [line for line in told.splitlines() if "after a step" in line],
            strict=True,
        )
    ]
    assert len(costs) == 3
    assert all(after < before for before, after in costs)
    for picture in (COLUMN_MATRIX, DESCENT):
        assert (tmp_path / "run" / picture).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_path_leads_from_the_first_weights_to_the_last(
    configure: Compose, tmp_path: Path
) -> None:
    train(configure(*CONSTANT_RATE, "trainer.max_epochs=1"))
    steps, weights = read(tmp_path / "run")
    assert steps == [0, 4]
    network, _, _ = restore(tmp_path / "run")
    assert torch.equal(weights[-1], parameters_to_vector(network.parameters()).detach())

    train(configure(*CONSTANT_RATE, "trainer.max_epochs=2", run="longer"))
    steps, longer = read(tmp_path / "longer")
    assert steps == [0, 4, 8]
    assert torch.equal(longer[:2], weights)
    assert not torch.equal(longer[1], longer[2])


def test_a_resumed_training_goes_on_with_its_path(configure: Compose, tmp_path: Path) -> None:
    train(configure(*CONSTANT_RATE, run="whole"))
    train(configure(*CONSTANT_RATE, "trainer.max_epochs=1", run="parts"))
    train(configure(*CONSTANT_RATE, f"resume={tmp_path / 'parts'}", run="parts"))
    whole, parts = (read(tmp_path / run) for run in ("whole", "parts"))
    assert parts[0] == whole[0] == [0, 4, 8, 12]
    assert torch.equal(parts[1], whole[1])


def test_one_batch_to_debug_with_leaves_no_path(configure: Compose, tmp_path: Path) -> None:
    train(configure("debug=one_batch"))
    assert not (tmp_path / "run" / PATH).exists()


def test_a_run_that_kept_no_path(configure: Compose, look: Callable[..., None]) -> None:
    train(configure("callbacks=examples", "trainer.max_epochs=1"))
    with pytest.raises(FileNotFoundError, match=r"no .*path\.pt; .* training with callbacks=desc"):
        look()


def test_a_path_that_is_damaged_or_of_another_network(tmp_path: Path) -> None:
    file = tmp_path / PATH
    file.write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"path\.pt is damaged"):
        read_path(file, torch.nn.Linear(2, 2))
    torch.save({"steps": torch.arange(3), "weights": torch.zeros(3, 7)}, file)
    with pytest.raises(ValueError, match="is not the path of this network's 6 weights"):
        read_path(file, torch.nn.Linear(2, 2))


def test_a_language_model_is_not_trained_on_examples(
    configured: Compose, look: Callable[..., None]
) -> None:
    train(configured("trainer.max_epochs=1"))
    with pytest.raises(ValueError, match="give a run that was trained on examples, each with a"):
        look()


class Sequences(CharacterData):
    """Examples of two tensors each."""

    def prepare_data(self) -> None: ...

    def setup(self, stage: str | None = None) -> None: ...

    def train_dataloader(self) -> Any:
        return [((torch.zeros(3, 2), torch.ones(2)), torch.zeros(2))]


def test_examples_are_one_tensor_and_a_class_each() -> None:
    data = Sequences("sequences.txt")
    with pytest.raises(ValueError, match=r"examples of sequences\.txt are not one tensor and the"):
        training_examples(data)


@pytest.mark.parametrize(("seconds", "expected"), [(1e9, 250), (1e-9, 100)])
def test_as_many_examples_as_time_allows(
    monkeypatch: pytest.MonkeyPatch, seconds: float, expected: int
) -> None:
    monkeypatch.setattr(module, "SECONDS", seconds)
    examples = Examples(torch.rand(250, 4), torch.arange(250) % 2)
    network = FeedforwardNetwork([4, 2])
    path = Recorded(torch.arange(1), torch.zeros(1, 10))
    assert affordable(network, SquaredError().cost, path, examples, points=2) == expected


def test_after_one_epoch_there_is_no_plane(configure: Compose, look: Callable[..., None]) -> None:
    train(configure("trainer.max_epochs=1"))
    with pytest.raises(ValueError, match="the path of the weights has 2 points"):
        look()


def test_a_surface_of_one_point(look: Callable[..., None]) -> None:
    with pytest.raises(ValueError, match="points must be at least 2"):
        look("points=1")


@pytest.mark.parametrize("name", ["points", "columns", "examples"])
def test_bad_sizes(look: Callable[..., None], name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be greater than zero, got 0"):
        look(f"{name}=0")
