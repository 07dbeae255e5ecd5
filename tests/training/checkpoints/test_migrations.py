"""Checkpoints of the first version."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hydra.utils import get_class
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.training.checkpoints.migrations import ARGUMENTS, TARGETS, VERSION, migrate
from elman.training.evaluate import Evaluate, evaluate
from elman.training.runs.folder import BEST
from elman.training.runs.results import Result


def as_version_1(checkpoint: dict[str, Any]) -> dict[str, Any]:
    """The same checkpoint with the names of the first version."""
    earlier = {present: name for name, present in TARGETS.items()}
    old = {key: value for key, value in checkpoint.items() if key != "version"}
    for part in ("data", "training", "objective"):
        old[part] = {**old[part], "_target_": earlier[old[part]["_target_"]]}
    return old


def test_a_checkpoint_of_the_first_version_is_tested_with_the_same_result(
    run: Path, composed: Callable[..., DictConfig]
) -> None:
    checkpoint = torch.load(run / BEST, weights_only=True)
    assert checkpoint["version"] == VERSION
    old = as_version_1(checkpoint)
    assert old["data"]["_target_"] == "elman.data.CharacterData"
    torch.save(old, run / BEST)
    quiet = "+trainer.enable_progress_bar=false"
    bits = evaluate(read_values(Evaluate, composed("evaluate", f"checkpoint={run}", quiet)))
    assert bits == pytest.approx(Result.read(run).metrics["bpc"], rel=1e-6)


@pytest.mark.parametrize("name", TARGETS.values())
def test_every_present_name_is_a_class(name: str) -> None:
    get_class(name)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_renamed_arguments_are_arguments_of_the_class(name: str) -> None:
    parameters = get_class(name).__init__.__annotations__
    for earlier, present in ARGUMENTS[name].items():
        assert earlier not in parameters
        assert present is None or present in parameters


def version_1(**parts: Any) -> dict[str, Any]:
    described = {name: {"_target_": "elman.RNN"} for name in ("network", "training", "objective")}
    return {**described, "data": {"_target_": "elman.data.DigitData"}, **parts}


def test_arguments_and_the_state_of_the_data_are_renamed() -> None:
    old = version_1(
        objective={"_target_": "elman.training.objectives.CrossEntropy", "smoothing": 0.2},
        network={
            "_target_": "elman.networks.TextClassifier",
            "mean": True,
            "rnn": {"_target_": "elman.RNN", "bias": True},
        },
        SeriesData={"mean": 1.0},
        epoch=4,
    )
    new = migrate(old)
    assert new["objective"] == {
        "_target_": "elman.training.class_objectives.CrossEntropy",
        "label_smoothing": 0.2,
    }
    assert new["network"] == {
        "_target_": "elman.networks.TextClassifier",
        "mean_pooling": True,
        "rnn": {"_target_": "elman.RNN", "bias": True},
    }
    assert new["ForecastingData"] == {"mean": 1.0}
    assert "SeriesData" not in new
    assert new["epoch"] == 4
    assert migrate({**old, "version": VERSION}) == {**old, "version": VERSION}


@pytest.mark.parametrize(
    ("path", "sizes"),
    [
        (None, {"validation": 200, "test": 500}),  # synthetic utterances
        ("folder", {"validation": 0.1, "test": 0.2}),  # recordings: fractions of the speakers
    ],
)
def test_speech_keeps_the_sizes_of_its_splits(path: str | None, sizes: dict[str, float]) -> None:
    data = {
        "_target_": "elman.data.SpeechData",
        "validation": 200,
        "test": 500,
        "validation_share": 0.1,
        "test_share": 0.2,
        "throat": 0.3,
    }
    old = version_1(data=data, SpeechData={"path": path, "deviation": 2.0})
    new = migrate(old)
    target = TARGETS["elman.data.SpeechData"]
    assert new["data"] == {"_target_": target, "vocal_tract_perturbation": 0.3, **sizes}
    assert new["SpeechData"] == {"path": path, "standard_deviation": 2.0}
