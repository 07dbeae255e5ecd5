"""What is to be compared: the configuration, read and checked before anything is measured."""

from dataclasses import dataclass
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from elman.checks import check_size
from elman.comparison.parity import Case, cases
from elman.comparison.sizes import Sizes, read_list, read_sizes
from elman.comparison.timing import check_rounds
from elman.recurrence import Engine, check_engine


@dataclass(frozen=True)
class Plan:
    """What is to be compared, and how.

    Attributes:
        device: where to compute.
        engine: of elman.RNN.
        cases: of parity.
        grid: sizes at which speed and memory are measured.
        scaling: sizes at which speed is measured, by the symbol of the one that varies.
        rounds: measurements of each speed.
        steps: of learning.
    """

    device: torch.device
    engine: Engine
    cases: list[Case]
    grid: list[Sizes]
    scaling: dict[str, list[Sizes]]
    rounds: int
    steps: int


def read_plan(config: DictConfig) -> Plan:
    """Reads what is to be compared, and checks it.

    Raises:
        TypeError, ValueError: a value is not what it must be.
    """
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    parity, speed, learning = plain["parity"], plain["speed"], plain["learning"]
    check_rounds("speed.rounds", speed["rounds"])
    check_size("learning.steps", learning["steps"])
    engine = plain["rnn"].get("engine", "auto")  # torch.nn.RNN, which is refused later, has none
    check_engine(engine)
    base = read_sizes("speed.scaling.base", speed["scaling"].pop("base"))
    scaling = {
        symbol: [
            read_sizes(f"speed.scaling.{symbol}", list(base._replace(**{symbol: size})))
            for size in read_list(f"speed.scaling.{symbol}", sizes)
        ]
        for symbol, sizes in speed["scaling"].items()
    }
    options = {
        name: read_list(f"parity.options.{name}", values)
        for name, values in parity["options"].items()
    }
    return Plan(
        device=read_device(plain["device"]),
        engine=engine,
        cases=cases(options, _read_grid("parity.sizes", parity["sizes"])),
        grid=_read_grid("speed.sizes", speed["sizes"]),
        scaling=scaling,
        rounds=speed["rounds"],
        steps=learning["steps"],
    )


def read_device(name: str) -> torch.device:
    """The device that "auto", "cpu" or "cuda" names; "auto" is CUDA where there is one.

    Raises:
        ValueError: it is another name, or there is no CUDA device.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device must be auto, cpu or cuda, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: there is no CUDA device here; device=cpu computes anywhere")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def _read_grid(argument: str, values: Any) -> list[Sizes]:
    return [read_sizes(argument, value) for value in read_list(argument, values)]
