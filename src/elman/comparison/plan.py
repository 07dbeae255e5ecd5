"""Reads and validates the configuration of a comparison before any measurement."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch

from elman.checks import check_choice, check_different, check_from_to, check_seed
from elman.comparison.parity import Case, cases
from elman.comparison.sizes import Sizes, check_fit, read_grid, read_list, read_sizes
from elman.comparison.timing import check_rounds
from elman.output_files import check_output_folder
from elman.recurrence import Engine, check_engine

DEVICES = ("auto", "cpu", "cuda")
MAX_LAYERS = 100
MAX_STEPS = 1_000_000


@dataclass(frozen=True)
class ParityOptions:
    """The values `parity.options.…` of `scripts/compare.py`: arguments of both layers."""

    num_layers: list[int]
    nonlinearity: list[Literal["tanh", "relu"]]
    bias: list[bool]
    batch_first: list[bool]
    bidirectional: list[bool]

    def __post_init__(self) -> None:
        for name, values in asdict(self).items():
            check_different(f"parity.options.{name}", values)
        for number in self.num_layers:
            check_from_to("parity.options.num_layers", number, 1, MAX_LAYERS)


@dataclass(frozen=True)
class Parity:
    """The values `parity.…` of `scripts/compare.py`."""

    options: ParityOptions
    sizes: list[list[int]]


@dataclass(frozen=True)
class Scaling:
    """The values `speed.scaling.…` of `scripts/compare.py`."""

    base: list[int]
    T: list[int]
    B: list[int]
    H: list[int]


@dataclass(frozen=True)
class SpeedValues:
    """The values `speed.…` of `scripts/compare.py`."""

    rounds: int
    sizes: list[list[int]]
    scaling: Scaling

    def __post_init__(self) -> None:
        check_rounds("speed.rounds", self.rounds)


@dataclass(frozen=True)
class LearningValues:
    """The values `learning.…` of `scripts/compare.py`."""

    steps: int

    def __post_init__(self) -> None:
        check_from_to("learning.steps", self.steps, 1, MAX_STEPS)


@dataclass(frozen=True)
class Compare:
    """The values of `scripts/compare.py`, explained in `conf/compare.yaml`."""

    data: dict[str, Any]
    rnn: dict[str, Any]
    network: dict[str, Any]
    optimizer: dict[str, Any]
    scheduler: dict[str, Any]
    parity: Parity
    speed: SpeedValues
    learning: LearningValues
    seed: int
    device: str
    output_dir: str

    def __post_init__(self) -> None:
        check_seed("seed", self.seed)
        check_output_folder("output_dir", self.output_dir)
        read_plan(self)


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


def read_plan(values: Compare) -> Plan:
    """Reads and validates the sizes, the engine and the device.

    Raises:
        TypeError, ValueError: a value is invalid.
    """
    parity, speed = values.parity, values.speed
    device = read_device(values.device)
    engine = values.rnn.get("engine", "auto")  # torch.nn.RNN has none; it is rejected later
    check_engine(engine)
    grid = read_grid("speed.sizes", speed.sizes)
    base = read_sizes("speed.scaling.base", speed.scaling.base)
    scaling = {
        symbol: [
            read_sizes(f"speed.scaling.{symbol}", list(base._replace(**{symbol: size})))
            for size in read_list(f"speed.scaling.{symbol}", getattr(speed.scaling, symbol))
        ]
        for symbol in ("T", "B", "H")
    }
    for name, sizes in (("sizes", grid), *((f"scaling.{key}", scaling[key]) for key in scaling)):
        check_fit(f"speed.{name}", sizes, device)
    parity_sizes = read_grid("parity.sizes", parity.sizes)
    check_fit("parity.sizes", parity_sizes, device)
    return Plan(
        device=device,
        engine=engine,
        cases=cases(asdict(parity.options), parity_sizes),
        grid=grid,
        scaling=scaling,
        rounds=speed.rounds,
        steps=values.learning.steps,
    )


def read_device(name: str) -> torch.device:
    """The device named "auto", "cpu" or "cuda"; "auto" is CUDA if it is available.

    Raises:
        ValueError: the name is another, or there is no CUDA device.
    """
    check_choice("device", name, DEVICES)
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: there is no CUDA device here; device=cpu works everywhere")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)
