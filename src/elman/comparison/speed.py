"""How long either layer takes: by turns in one process, for training and for inference."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from elman.comparison.sizes import Sizes
from elman.comparison.timing import Timing, seconds_of, take_turns
from elman.layers import RNN
from elman.recurrence import Engine

SHORTEST = 0.02  # seconds of a measurement; a shorter step is repeated within it
REST = 0.02  # seconds before it, in which the threads of what came before stop looking for work


@dataclass(frozen=True)
class Pair:
    """The same computation with either layer."""

    ours: Timing
    theirs: Timing

    @property
    def ratio(self) -> float:
        """How many times as long as elman.RNN torch.nn.RNN takes."""
        return self.theirs.median / self.ours.median


@dataclass(frozen=True)
class Speed:
    """The times at one choice of sizes.

    Attributes:
        sizes: of weights and inputs.
        train: forward and backward, from the sum of all states to all weights.
        inference: forward in `torch.inference_mode`.
    """

    sizes: Sizes
    train: Pair
    inference: Pair


def measure_speed(
    sizes: Sizes, rounds: int, device: torch.device | str = "cpu", engine: Engine = "auto"
) -> Speed:
    """Times both layers, each once a round.

    Args:
        sizes: of weights and inputs.
        rounds: measurements of each, at least 2.
        device: where to compute.
        engine: of elman.RNN.
    """
    ours, theirs, X = make_layers(sizes, device, engine)
    timings = take_turns(
        {
            "train ours": measurement(partial(train_step, ours, X), X.device),
            "train theirs": measurement(partial(train_step, theirs, X), X.device),
            "inference ours": measurement(partial(inference, ours, X), X.device),
            "inference theirs": measurement(partial(inference, theirs, X), X.device),
        },
        rounds,
    )
    return Speed(
        sizes,
        Pair(timings["train ours"], timings["train theirs"]),
        Pair(timings["inference ours"], timings["inference theirs"]),
    )


def make_layers(
    sizes: Sizes, device: torch.device | str, engine: Engine
) -> tuple[RNN, nn.RNN, Tensor]:
    """elman.RNN, torch.nn.RNN with the same weights, and an input X."""
    ours = RNN(sizes.I, sizes.H, device=device, engine=engine)
    return ours, ours.to_torch(), torch.randn(sizes.T, sizes.B, sizes.I, device=device)


def train_step(rnn: nn.Module, X: Tensor) -> tuple[Tensor, ...]:
    """The gradients of the sum of all states with respect to all weights."""
    output, _ = rnn(X)
    return torch.autograd.grad(output.sum(), list(rnn.parameters()))


@torch.inference_mode()
def inference(rnn: nn.Module, X: Tensor) -> Tensor:
    """All states."""
    output: Tensor = rnn(X)[0]
    return output


def measurement(step: Callable[[], object], device: torch.device) -> Callable[[], float]:
    """Measures the seconds of a step, repeated as often as `SHORTEST` asks."""

    def repeated(times: int) -> None:
        for _ in range(times):
            step()
        if device.type == "cuda":  # whose work is only queued until then
            torch.cuda.synchronize(device)

    def measure() -> float:
        time.sleep(REST)
        repeated(1)  # wakes the threads that take part
        return seconds_of(partial(repeated, times)) / times

    repeated(1)  # whatever is done but once, such as compiling
    times = math.ceil(SHORTEST / seconds_of(partial(repeated, 1)))
    return measure
