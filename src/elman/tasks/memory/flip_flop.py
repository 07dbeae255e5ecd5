"""The flip-flop: bits that are set and held."""

import numpy as np
import torch
from torch import Tensor

from elman.checks import check_probability, check_size
from elman.data.generated import GeneratedData
from elman.training.objectives import Objective


class FlipFlopData(GeneratedData):
    """Each output holds the sign of the last pulse of its input (Sussillo & Barak 2013).

    An input is 0, or with a certain probability a pulse of +1 or −1. At the first time step all
    inputs are pulses.

    A batch is a pair: X, the inputs `(T, B, bits)`, and the bits +1 or −1 to hold,
    `(T, B, bits)`.

    Args:
        length: time steps T.
        bits: number of inputs and outputs.
        pulse: probability of a pulse.
        **generated: arguments of `GeneratedData`.

    Raises:
        TypeError, ValueError: an argument is out of range.
    """

    task = "flip-flop"

    def __init__(
        self, length: int = 100, bits: int = 3, pulse: float = 0.1, **generated: int
    ) -> None:
        super().__init__(**generated)
        self.length = check_size("data.length", length)
        self.bits = check_size("data.bits", bits)
        self.pulse = check_probability("data.pulse", pulse)

    @property
    def sizes(self) -> dict[str, int]:
        """Network arguments that depend on the data."""
        return {"input_size": self.bits, "output_size": self.bits}

    @property
    def baselines(self) -> dict[str, float]:
        """The accuracy without memory: right at each pulse, a guess at all other time steps."""
        pulses = (1 + (self.length - 1) * self.pulse) / self.length
        return {"memoryless": pulses + (1 - pulses) / 2}

    def generate(self, random: np.random.Generator, B: int) -> tuple[Tensor, Tensor]:
        """Generates B sequences and the bits to hold."""
        shape = (self.length, B, self.bits)
        pulse = random.random(shape, dtype=np.float32) < self.pulse
        pulse[0] = True
        sign = 2.0 * random.integers(2, size=shape) - 1
        time = np.arange(self.length)[:, None, None]
        last = np.maximum.accumulate(np.where(pulse, time, 0), axis=0)  # time of the last pulse
        X, y = sign * pulse, np.take_along_axis(sign, last, axis=0)
        return torch.from_numpy(X).float(), torch.from_numpy(y).float()


class HeldBits(Objective):
    """`C_t = (1/bits) Σ (O_t − y_t)²`, averaged over the time steps."""

    metric = "accuracy"
    mode = "max"
    summary = "{accuracy:.2%} of the bits right"
    label = "bits right"

    def cost(self, O: Tensor, y: Tensor) -> Tensor:
        """The mean cost of the time steps.

        Args:
            O: outputs, `(T, B, bits)`.
            y: bits, `(T, B, bits)`.

        Returns:
            C: scalar.
        """
        return (O - y).square().mean()

    def step_costs(self, O: Tensor, y: Tensor) -> Tensor:
        """The part of each time step in the cost, `(T, B)`; arguments as in `cost`."""
        return (O - y).square().sum(-1) / y.numel()

    def metrics(self, cost: Tensor, O: Tensor, y: Tensor) -> dict[str, Tensor]:
        """`accuracy`: the fraction of the outputs with the sign of the bit; and `cost`."""
        return {"accuracy": ((O > 0) == (y > 0)).to(O.dtype).mean(), "cost": cost}

    def count(self, y: Tensor) -> int:
        """The number of time steps of all sequences."""
        return y[..., 0].numel()
