"""Trains the same network with either layer, from the same weights and on the same batches.

torch.nn.RNN adds two biases, `bias_ih + bias_hh = b`. Each has the gradient of b, so an optimizer
would move their sum twice as far. Here `bias_hh` stays 0, so that both networks learn one b.
"""

import copy
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from elman.layers import RNN
from elman.tasks.language.data import CharacterData
from elman.tasks.language.objective import NextCharacter
from elman.tasks.language.streams import Streams

MakeOptimizer = Callable[[list[nn.Parameter]], Optimizer]
MakeScheduler = Callable[[Optimizer, int], LRScheduler]

MAX_GRADIENT_NORM = 1.0


@dataclass
class TrainingRun:
    """The course of one training.

    Attributes:
        bpc: bits per character on the batch of each step, before the update.
        validation_bpc: bits per character on the validation text, after training.
        seconds: the duration of all training steps.
    """

    bpc: list[float] = field(default_factory=list)
    validation_bpc: float = float("nan")
    seconds: float = 0.0


@dataclass(frozen=True)
class Learning:
    """Both training runs.

    Attributes:
        ours: with elman.RNN.
        theirs: with torch.nn.RNN.
        source: a description of the text.
    """

    ours: TrainingRun
    theirs: TrainingRun
    source: str

    @property
    def differences(self) -> list[float]:
        """The absolute difference of the two curves at each step, in bits per character."""
        return [abs(a - b) for a, b in zip(self.ours.bpc, self.theirs.bpc, strict=True)]


def with_torch_rnn(network: nn.Module) -> nn.Module:
    """A copy of a network with torch.nn.RNN in place of elman.RNN, with the same weights.

    Raises:
        ValueError: the network has no elman.RNN, or one that torch.nn.RNN cannot reproduce.
    """
    if not isinstance(network.rnn, RNN):
        raise ValueError("rnn must be elman: the comparison itself replaces it with torch.nn.RNN")
    if network.rnn.dropout > 0:
        raise ValueError("rnn.dropout must be 0: the two layers would drop different states")
    other = copy.deepcopy(network)
    other.rnn = network.rnn.to_torch()
    for name, parameter in other.rnn.named_parameters():
        if name.startswith("bias_hh"):
            parameter.requires_grad_(False)
    return other


class Learner:
    """One of the two networks in training.

    Args:
        network: `network(inputs, h_0) → (O, h_n)`.
        optimizer: a function from the parameters to the optimizer.
        scheduler: a function from the optimizer and the number of steps to the schedule.
        steps: the number of training steps.
    """

    def __init__(
        self,
        network: nn.Module,
        optimizer: MakeOptimizer,
        scheduler: MakeScheduler,
        steps: int,
    ) -> None:
        self.network = network
        self.parameters = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = optimizer(self.parameters)
        self.scheduler = scheduler(self.optimizer, steps)
        self.objective = NextCharacter()
        self.state: Tensor | None = None
        self.run = TrainingRun()

    def step(self, inputs: Tensor, y: Tensor, first: bool) -> None:
        """Performs one step of truncated backpropagation through time.

        Args:
            inputs: indices of the characters, `(T, B)`.
            y: indices of the next characters, `(T, B)`.
            first: the first batch of the text, which resets the state.
        """
        if first:
            self.state = None
        start = time.perf_counter()
        O, h_n = self.network(inputs, self.state)
        self.state = h_n.detach()
        cost = self.objective.cost(O, y)
        self.optimizer.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, MAX_GRADIENT_NORM)
        self.optimizer.step()
        self.scheduler.step()
        self.run.bpc.append(self.objective.metrics(cost.detach(), O, y)["bpc"].item())
        self.run.seconds += time.perf_counter() - start

    @torch.inference_mode()
    def validate(self, streams: Streams, device: torch.device) -> None:
        """Measures the bits per character on a text."""
        bits, characters = 0.0, 0
        state = None
        for batch in streams:
            inputs, y = (x.to(device) for x in batch)
            O, state = self.network(inputs, state)
            bpc = self.objective.metrics(self.objective.cost(O, y), O, y)["bpc"]
            bits += bpc.item() * y.numel()
            characters += y.numel()
        self.run.validation_bpc = bits / characters


def train_side_by_side(
    ours: Learner,
    theirs: Learner,
    data: CharacterData,
    steps: int,
    device: torch.device,
    on_step: Callable[[], object] = lambda: None,
) -> Learning:
    """Trains both on the same batches, interleaved, and validates them.

    Args:
        ours: the learner with elman.RNN.
        theirs: the learner with torch.nn.RNN.
        data: the text, after `setup`.
        steps: the number of batches.
        device: of the networks.
        on_step: called after each step.
    """
    for inputs, y, first in itertools.islice(_endless(data.train_dataloader()), steps):
        for learner in (ours, theirs):
            learner.step(inputs.to(device), y.to(device), first)
        on_step()
    for learner in (ours, theirs):
        learner.validate(data.val_dataloader(), device)
    return Learning(ours.run, theirs.run, data.source)


def _endless(streams: Streams) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """Repeats the batches of the streams; also whether a batch is their first."""
    while True:
        for batch, (inputs, y) in enumerate(streams):
            yield inputs, y, batch == 0
