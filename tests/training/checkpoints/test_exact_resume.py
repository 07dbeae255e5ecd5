"""Trainings that are interrupted at any moment and resumed, against uninterrupted ones."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig

from elman.training.checkpoints.exact_resume import _of_any_number
from elman.training.checkpoints.last_checkpoint import LastCheckpoint
from elman.training.runs.folder import BEST, LAST, PREVIOUS
from elman.training.train import train

KINDS = [
    "text",
    "dropout",
    "variational",
    "torch",
    "look_back",
    "early_stopping",
    "accumulated",
    "digits_feedforward",
    "rows_recurrent",
    "digits_autoencoder",
    "speaker",
    "names",
    "forecast",
    "translation",
    "captioning",
    "speech",
    "adding",
    "elman_xor",
    "workers",
]


class Interruption(Exception):  # noqa: N818
    """As if the power had failed."""


@pytest.fixture
def configured_kind(
    composed: Callable[..., DictConfig],
    small_trainings: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., DictConfig]:
    """The configuration of a training of three epochs in a folder."""
    book = next(each for each in small_trainings["text"] if each.startswith("data.path="))
    monkeypatch.syspath_prepend(str(Path(book.partition("=")[2]).parent))

    def configure(kind: str, run: Path, *more: str) -> DictConfig:
        run.mkdir(exist_ok=True)
        given = [*small_trainings[kind], "trainer.max_epochs=3"]
        return composed("train", *given, f"output_dir={run}", *more)

    return configure


@pytest.mark.parametrize(
    ("kind", "part"), [*((kind, 0.5) for kind in KINDS), ("max_steps", 0.5), ("max_steps", 0)]
)
def test_resumed_in_the_middle_of_an_epoch(
    configured_kind: Callable[..., DictConfig],
    differences: Callable[[Path, Path], list[Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    part: float,
) -> None:
    """All that the uninterrupted training computes is computed again, to the bit."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    expected = train(configured_kind(kind, whole)).metrics
    steps = torch.load(whole / LAST, weights_only=True)["global_step"]
    save = LastCheckpoint.save

    def save_until(callback: LastCheckpoint, trainer: Any) -> None:
        save(callback, trainer)
        if trainer.global_step >= int(part * steps):
            raise Interruption

    with monkeypatch.context() as patch:
        patch.setattr(LastCheckpoint, "save", save_until)
        with pytest.raises(Interruption):
            train(configured_kind(kind, broken, "checkpoint.every_minutes=1e-9"))
    metrics = train(configured_kind(kind, broken, f"resume={broken}")).metrics
    assert metrics == expected
    assert differences(broken, whole) == []


@pytest.mark.parametrize("file", [BEST, PREVIOUS])
def test_resumed_from_an_earlier_checkpoint(
    configured_kind: Callable[..., DictConfig],
    differences: Callable[[Path, Path], list[Any]],
    tmp_path: Path,
    file: Path,
) -> None:
    run = tmp_path / "run"
    train(configured_kind("dropout", run))
    before = Path(shutil.copytree(run, tmp_path / "before"))
    assert torch.load(run / PREVIOUS, weights_only=True)["global_step"] > 0
    train(configured_kind("dropout", run, f"resume={run / file}"))
    assert differences(run, before) == []


def test_a_damaged_last_checkpoint_is_replaced_by_the_one_before(
    configured_kind: Callable[..., DictConfig],
    differences: Callable[[Path, Path], list[Any]],
    tmp_path: Path,
) -> None:
    run = tmp_path / "run"
    train(configured_kind("speaker", run))
    before = Path(shutil.copytree(run, tmp_path / "before"))
    (run / LAST).write_bytes((run / LAST).read_bytes()[:-1])
    with pytest.warns(UserWarning, match=r"last\.ckpt is damaged; previous\.ckpt is used"):
        train(configured_kind("speaker", run, f"resume={run}"))
    assert differences(run, before) == []


def test_another_number_of_processes_takes_the_mean_of_the_gradients() -> None:
    processes = [
        {"random": "first", "gradients": [torch.tensor([1.0, 2.0]), None]},
        {"random": "second", "gradients": [torch.tensor([3.0, 6.0]), None]},
    ]
    own = _of_any_number(processes)
    assert own["random"] == "first"
    torch.testing.assert_close(own["gradients"][0], torch.tensor([2.0, 4.0]))
    assert own["gradients"][1] is None
