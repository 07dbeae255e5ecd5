"""Trainings that are interrupted at any moment and resumed, against uninterrupted ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import DictConfig

from elman.training.curves import read_curves
from elman.training.last_checkpoint import LastCheckpoint
from elman.training.run_folder import BEST, LAST
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
EVERY_STEP = "checkpoint.every_minutes=1e-9"


class Interruption(Exception):  # noqa: N818
    """As if the power had failed."""


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def state(run: Path, file: Path) -> dict[str, Any]:
    """A checkpoint without the names of its folder, and without the times that it took."""
    checkpoint = torch.load(run / file, weights_only=True)
    callbacks = checkpoint.pop("callbacks")
    checkpoint["scores"] = {
        key: {name: kept.get(name) for name in ("best_model_score", "wait_count", "kth_value")}
        for key, kept in callbacks.items()
    }
    return checkpoint


@pytest.mark.parametrize("kind", KINDS)
def test_resumed_in_the_middle_of_an_epoch(
    composed: Callable[..., DictConfig],
    small_trainings: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """All that the uninterrupted training computes is computed again, to the bit."""
    monkeypatch.syspath_prepend(str(Path(small_trainings["text"][-1].split("=")[1]).parent))

    def configured(run: Path, *more: str) -> DictConfig:
        run.mkdir(exist_ok=True)
        given = [*small_trainings[kind], "trainer.max_epochs=3"]
        return composed("train", *given, f"output_dir={run}", *more)

    whole, broken = tmp_path / "whole", tmp_path / "broken"
    expected = train(configured(whole)).metrics
    steps = state(whole, LAST)["global_step"]
    save = LastCheckpoint.save
    for step in (steps // 2, 0):

        def save_until(callback: LastCheckpoint, trainer: Any, step: int = step) -> None:
            save(callback, trainer)
            if trainer.global_step >= step:
                raise Interruption

        monkeypatch.setattr(LastCheckpoint, "save", save_until if step else save)
        resume = [f"resume={broken}"] if (broken / LAST).exists() else []
        if step:
            with pytest.raises(Interruption):
                train(configured(broken, EVERY_STEP, *resume))
        else:
            metrics = train(configured(broken, *resume)).metrics
    assert metrics == expected
    different = [
        (file.name, part)
        for file in (LAST, BEST)
        for (part, one), other in zip(
            state(broken, file).items(), state(whole, file).values(), strict=True
        )
        if not same(one, other)
    ]
    curves = read_curves(whole)
    different += [
        (name, sorted(set(curve) ^ set(curves[name])))
        for name, curve in read_curves(broken).items()
        if curve != curves[name]
    ]
    assert different == []
