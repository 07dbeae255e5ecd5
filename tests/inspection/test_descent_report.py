"""A training that records its path, and the report on it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import DictConfig
from torch.nn.utils import parameters_to_vector

from elman.cli.values import read_values
from elman.inspection.descent_report import Descent, report_descent
from elman.training.checkpoints.checkpoint import load_checkpoint, restore
from elman.training.runs.folder import BEST, COLUMN_MATRIX, DESCENT, PATH
from elman.training.train import train

Compose = Callable[..., DictConfig]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file of noise with two levels of brightness."""
    random = np.random.default_rng(0)
    pixels = random.integers(0, 100, (60, 784)) + 100 * (np.arange(60) % 2)[:, None]
    path = tmp_path_factory.mktemp("images") / "images.csv"
    np.savetxt(path, np.column_stack([pixels, np.arange(60) % 2]), "%d", ",")
    return path


@pytest.fixture(scope="module")
def configure(composed: Compose, images: Path) -> Compose:
    """The configuration of a small training in a folder; a constant learning rate."""

    def configured(folder: Path, epochs: int, *overrides: str) -> DictConfig:
        return composed(
            "train",
            "experiment=digits_feedforward",
            f"output_dir={folder}",
            f"data.path={images}",
            "data.validation=10",
            "data.test=10",
            "network.sizes=[784,4,2]",
            f"trainer.max_epochs={epochs}",
            "trainer.log_every_n_steps=2",
            "~scheduler",
            "~callbacks.learning_rate",
            "~callbacks.progress",
            "+trainer.enable_progress_bar=false",
            *overrides,
        )

    return configured


@pytest.fixture(scope="module")
def run(configure: Compose, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of three epochs of four steps."""
    folder = tmp_path_factory.mktemp("run")
    train(configure(folder, 3))
    return folder


@pytest.fixture(scope="module")
def short_run(configure: Compose, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one epoch."""
    folder = tmp_path_factory.mktemp("short_run")
    train(configure(folder, 1))
    return folder


@pytest.fixture
def report(composed: Compose) -> Callable[..., None]:
    """Reports on a run, with overrides of the script's configuration."""

    def report_run(run: Path, *overrides: str) -> None:
        small = ["points=3", "columns=12"]
        report_descent(
            read_values(Descent, composed("descent", f"checkpoint={run}", *small, *overrides))
        )

    return report_run


def read(run: Path) -> tuple[list[int], torch.Tensor]:
    path = torch.load(run / PATH, weights_only=True)
    return path["steps"].tolist(), path["weights"]


def test_the_report_prints_the_changes_and_plots_the_descent(
    run: Path, report: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    report(run)
    printed = capsys.readouterr().out
    for sentence in (
        "Before training, −∂C/∂w of 12 examples, C = ",
        "After 4 steps, −∂C₀/∂w of one example, of class ",
        "After 12 steps, −∂C/∂w of 12 examples, C = ",
        "The mean of the examples' gradients is the gradient of C: the largest difference is ",
        "The cost of 40 of 40 training examples at 3 × 3 points:",
        str(run / COLUMN_MATRIX),
        str(run / DESCENT),
    ):
        assert sentence in printed
    assert printed.count("should") == 4 * 4  # W and b of two layers
    difference = float(printed.partition("the largest difference is ")[2].split()[0])
    assert difference < 1e-14
    before = [
        float(line.split("C = ")[1].rstrip(":"))
        for line in printed.splitlines()
        if "12 examples, C = " in line
    ]
    after = [
        float(line.split("C = ")[1].split(";")[0])
        for line in printed.splitlines()
        if "A step with η" in line
    ]
    assert len(before) == 3
    assert all(low < high for low, high in zip(after, before, strict=True))
    for plot in (COLUMN_MATRIX, DESCENT):
        assert (run / plot).read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_path_has_the_weights_before_each_epoch_and_at_the_end(
    run: Path, short_run: Path
) -> None:
    steps, weights = read(short_run)
    assert steps == [0, 4]
    network, _, _ = restore(short_run)
    assert torch.equal(weights[-1], parameters_to_vector(network.parameters()).detach())

    steps, longer = read(run)
    assert steps == [0, 4, 8, 12]
    assert torch.equal(longer[:2], weights)
    assert not torch.equal(longer[1], longer[2])


def test_a_resumed_training_continues_its_path(
    configure: Compose, run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    train(configure(tmp_path, 1))
    train(configure(tmp_path, 3, f"resume={tmp_path}"))
    steps, weights = read(run)
    resumed_steps, resumed_weights = read(tmp_path)
    assert resumed_steps == steps
    assert torch.equal(resumed_weights, weights)
    assert f"python scripts/descent.py checkpoint={tmp_path}" in caplog.text


def test_a_debug_run_of_one_batch_writes_no_path(configure: Compose, tmp_path: Path) -> None:
    train(configure(tmp_path, 1, "debug=one_batch"))
    assert not (tmp_path / PATH).exists()


def test_a_run_without_a_path_is_refused(
    short_run: Path, report: Callable[..., None], tmp_path: Path
) -> None:
    copy = shutil.copytree(short_run, tmp_path / "copy", ignore=lambda *_: {str(PATH)})
    with pytest.raises(FileNotFoundError, match=r"no .*path\.pt; .* training with callbacks=desc"):
        report(copy)


def test_a_run_of_another_kind_of_training_is_refused(
    short_run: Path, report: Callable[..., None], tmp_path: Path
) -> None:
    copy = shutil.copytree(short_run, tmp_path / "copy")
    checkpoint = load_checkpoint(copy / BEST)
    checkpoint["training"]["_target_"] = "elman.training.truncated_bptt.TruncatedBPTT"
    torch.save(checkpoint, copy / BEST)
    with pytest.raises(ValueError, match="give a run of supervised training in which each example"):
        report(copy)


def test_a_run_of_one_epoch_is_refused(short_run: Path, report: Callable[..., None]) -> None:
    with pytest.raises(ValueError, match="the path of the weights has 2 points"):
        report(short_run)


def test_a_grid_of_one_point_is_refused(run: Path, report: Callable[..., None]) -> None:
    with pytest.raises(ValueError, match="points must be from 2 to 1000, got 1"):
        report(run, "points=1")


@pytest.mark.parametrize("name", ["columns", "examples"])
def test_sizes_must_be_positive(run: Path, report: Callable[..., None], name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} must be greater than zero, got 0"):
        report(run, f"{name}=0")
