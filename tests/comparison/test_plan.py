from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig

from elman.cli.values import read_values
from elman.comparison.plan import Compare, read_device, read_plan
from elman.comparison.sizes import Sizes

Read = Callable[..., Compare]


@pytest.fixture
def read(composed: Callable[..., DictConfig], tmp_path: Path) -> Read:
    """The values of a small comparison."""
    small = [
        f"output_dir={tmp_path}",
        "parity.sizes=[[5,2,3,4]]",
        "speed.rounds=2",
        "speed.sizes=[[10,2,3,4]]",
        "speed.scaling={base: [7,2,3,4], T: [7,14], B: [2], H: [8]}",
        "learning.steps=3",
        "device=cpu",
    ]
    return lambda *overrides: read_values(Compare, composed("compare", *small, *overrides))


def test_plan(read: Read) -> None:
    plan = read_plan(read("parity.options.num_layers=[1]", "parity.options.bias=true"))
    assert plan.device == torch.device("cpu")
    assert len(plan.cases) == 2 * 2 * 2
    assert all(case.options["bias"] is True for case in plan.cases)
    assert plan.grid == [Sizes(10, 2, 3, 4)]
    assert plan.scaling == {
        "T": [Sizes(7, 2, 3, 4), Sizes(14, 2, 3, 4)],
        "B": [Sizes(7, 2, 3, 4)],
        "H": [Sizes(7, 2, 3, 8)],
    }
    assert (plan.rounds, plan.steps) == (2, 3)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("speed.rounds=1", "speed.rounds must be from 2 to 10000, got 1"),
        ("speed.rounds=many", "speed.rounds must be an int, got 'many'"),
        ("speed.sizes=[]", "speed.sizes must be a list of at least one value"),
        ("speed.sizes=[[100000000,1,64,64]]", "speed.sizes: .* need about .* GB of memory, but"),
        ("parity.sizes=[[5,2,0,4]]", "parity.sizes: I must be greater than zero"),
        ("parity.options.bias=[]", "parity.options.bias must have at least one value"),
        ("parity.options.bias=[no, maybe]", "parity.options.bias must be a list of true or false"),
        ("parity.options.num_layers=[1000000]", "num_layers must be from 1 to 100, got 1000000"),
        ("parity.options.nonlinearity=[gelu]", "nonlinearity must be a list of tanh or relu, got"),
        ("+parity.options.biass=[true]", "parity.options.biass: .* did you mean bias?"),
        ("speed.scaling.base=[1]", "speed.scaling.base must be four sizes"),
        ("speed.scaling.T=[7,-1]", "speed.scaling.T: T must be greater than zero, got -1"),
        ("speed.scaling.H=[1000000]", "speed.scaling.H: .* H=1000000 need about .* GB .* but"),
        ("speed.scaling.T=[]", "speed.scaling.T must be a list"),
        ("learning.steps=many", "learning.steps must be an int"),
        ("learning.steps=0", "learning.steps must be from 1 to 1000000, got 0"),
        ("rnn.engine=fast", "engine must be one of"),
        ("device=tpu", "device must be one of auto, cpu, cuda, got 'tpu'"),
        ("seed=-1", "seed must be from 0 to"),
    ],
)
def test_invalid_values(read: Read, override: str, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        read(override)


def test_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert read_device("auto") == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert read_device("auto") == read_device("cpu") == torch.device("cpu")
    with pytest.raises(ValueError, match="device: there is no CUDA device here; device=cpu works"):
        read_device("cuda")
