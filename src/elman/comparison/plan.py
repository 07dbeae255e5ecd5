"""Reads and validates the configuration of a comparison before any measurement."""

from dataclasses import dataclass
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from elman.checks import check_size
from elman.comparison.parity import Case, cases
from elman.comparison.sizes import Sizes, read_grid, read_list, read_sizes
from elman.comparison.timing import check_rounds
from elman.recurrence import Engine, check_engine


@dataclass(frozen=True)
class Plan:
    """The validated configuration of a comparison.

    Attributes:
        device: for all computations.
        engine: of elman.RNN.
        cases: options and sizes for parity.
        grid: sizes for speed and memory.
        scaling: sizes for speed with one of them varied, by its symbol.
        rounds: interleaved measurements per layer.
        steps: training steps.
    """

    device: torch.device
    engine: Engine
    cases: list[Case]
    grid: list[Sizes]
    scaling: dict[str, list[Sizes]]
    rounds: int
    steps: int


def read_plan(config: DictConfig) -> Plan:
    """Reads and validates a configuration.

    Raises:
        TypeError, ValueError: a value is invalid.
    """
    plain: dict[str, Any] = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]
    parity, speed, learning = plain["parity"], plain["speed"], plain["learning"]
    check_rounds("speed.rounds", speed["rounds"])
    check_size("learning.steps", learning["steps"])
    engine = plain["rnn"].get("engine", "auto")  # torch.nn.RNN has none; it is rejected later
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
        cases=cases(options, read_grid("parity.sizes", parity["sizes"])),
        grid=read_grid("speed.sizes", speed["sizes"]),
        scaling=scaling,
        rounds=speed["rounds"],
        steps=learning["steps"],
    )


def read_device(name: str) -> torch.device:
    """The device named "auto", "cpu" or "cuda"; "auto" is CUDA if it is available.

    Raises:
        ValueError: the name is another, or there is no CUDA device.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device must be auto, cpu or cuda, got {name!r}")
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: there is no CUDA device here; device=cpu works everywhere")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
