from typing import Any

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from elman.comparison.plan import read_device, read_plan
from elman.comparison.sizes import Sizes


def config(**changes: Any) -> DictConfig:
    config = OmegaConf.create(
        {
            "device": "cpu",
            "rnn": {"engine": "auto"},
            "parity": {"options": {"bias": [True, False]}, "sizes": [[5, 2, 3, 4]]},
            "speed": {
                "rounds": 2,
                "sizes": [[10, 2, 3, 4]],
                "scaling": {"base": [7, 2, 3, 4], "T": [7, 14], "H": [8]},
            },
            "learning": {"steps": 3},
        }
    )
    for key, value in changes.items():
        OmegaConf.update(config, key.replace("__", "."), value)
    return config


def test_plan() -> None:
    plan = read_plan(config())
    assert plan.device == torch.device("cpu")
    assert [case.options["bias"] for case in plan.cases] == [True, False]
    assert plan.grid == [Sizes(10, 2, 3, 4)]
    assert plan.scaling == {
        "T": [Sizes(7, 2, 3, 4), Sizes(14, 2, 3, 4)],
        "H": [Sizes(7, 2, 3, 8)],
    }
    assert (plan.rounds, plan.steps) == (2, 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"speed__rounds": 1}, "speed.rounds must be at least 2, there is no spread of 1"),
        ({"speed__rounds": 0}, "speed.rounds must be greater than zero"),
        ({"speed__sizes": []}, "speed.sizes must be a list of at least one value"),
        ({"parity__sizes": [[5, 2, 0, 4]]}, "parity.sizes: I must be greater than zero"),
        ({"parity__options__bias": []}, "parity.options.bias must be a list"),
        ({"speed__scaling__base": [1]}, "speed.scaling.base must be four sizes"),
        ({"speed__scaling__T": [7, -1]}, "speed.scaling.T: T must be greater than zero, got -1"),
        ({"speed__scaling__T": []}, "speed.scaling.T must be a list"),
        ({"learning__steps": "many"}, "learning.steps must be an int"),
        ({"rnn__engine": "fast"}, "engine must be one of"),
        ({"device": "tpu"}, "device must be auto, cpu or cuda, got 'tpu'"),
    ],
)
def test_invalid_values(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        read_plan(config(**changes))


@pytest.mark.parametrize(("available", "chosen"), [(True, "cuda"), (False, "cpu")])
def test_auto_chooses_cuda_if_available(
    monkeypatch: pytest.MonkeyPatch, available: bool, chosen: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert read_device("auto").type == chosen
    assert read_device("cpu").type == "cpu"


def test_cuda_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="there is no CUDA device here; device=cpu"):
        read_device("cuda")
