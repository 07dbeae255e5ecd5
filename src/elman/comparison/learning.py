"""The same network trained with either layer: same first weights, same batches, side by side.

torch.nn.RNN adds two biases, `bias_ih + bias_hh = b`, and each has the gradient of b: an
optimizer would move their sum twice as far. Here `bias_hh` stays 0, so that both learn one b.
"""

import copy
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from elman.comparison.timing import seconds_of
from elman.layers import RNN
from elman.tasks.language.data import CharacterData
from elman.tasks.language.objective import NextCharacter
from elman.tasks.language.streams import Streams

MakeOptimizer = Callable[[list[nn.Parameter]], Optimizer]
MakeScheduler = Callable[[Optimizer, int], LRScheduler]

CLIP = 1.0  # largest norm of the gradient


@dataclass
class Course:
    """How one network learns.

    Attributes:
        bpc: bits per character of each step's batch, before the step.
        validation_bpc: bits per character of text that was not trained on, at the end.
        seconds: of all training steps.
    """

    bpc: list[float] = field(default_factory=list)
    validation_bpc: float = float("nan")
    seconds: float = 0.0


@dataclass(frozen=True)
class Learning:
    """Both courses.

    Attributes:
        ours: with elman.RNN.
        theirs: with torch.nn.RNN.
        source: the text, for people.
    """

    ours: Course
    theirs: Course
    source: str

    @property
    def differences(self) -> list[float]:
        """Between the two curves, step by step, in bits per character."""
        return [abs(a - b) for a, b in zip(self.ours.bpc, self.theirs.bpc, strict=True)]


def with_torch_rnn(network: nn.Module) -> nn.Module:
    """A copy of a network with torch.nn.RNN in the place of elman.RNN, its weights the same.

    Raises:
        ValueError: the network has no elman.RNN, or one that torch.nn.RNN cannot be compared with.
    """
    if not isinstance(network.rnn, RNN):
        raise ValueError(
            "rnn must be elman: the comparison puts torch.nn.RNN in its place by itself"
        )
    if network.rnn.dropout > 0:
        raise ValueError("rnn.dropout must be 0: each layer would drop other states")
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
        optimizer: makes the optimizer from the parameters.
        scheduler: makes the learning-rate schedule from the optimizer and the number of steps.
        steps: how many there will be.
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
        self.course = Course()

    def learn(self, inputs: Tensor, y: Tensor, begins: bool) -> None:
        """One step of truncated backpropagation through time.

        Args:
            inputs: numbers of the characters, `(T, B)`.
            y: those that came next, `(T, B)`.
            begins: the streams begin here, and so does the state.
        """
        if begins:
            self.state = None
        self.course.seconds += seconds_of(lambda: self._step(inputs, y))

    def _step(self, inputs: Tensor, y: Tensor) -> None:
        O, h_n = self.network(inputs, self.state)
        self.state = h_n.detach()
        cost = self.objective.cost(O, y)
        self.optimizer.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.optimizer.step()
        self.scheduler.step()
        self.course.bpc.append(self.objective.metrics(cost.detach(), O, y)["bpc"].item())

    @torch.inference_mode()
    def validate(self, streams: Streams, device: torch.device) -> None:
        """Notes the bits per character of a text."""
        bits, characters = 0.0, 0
        state = None
        for batch in streams:
            inputs, y = (x.to(device) for x in batch)
            O, state = self.network(inputs, state)
            bpc = self.objective.metrics(self.objective.cost(O, y), O, y)["bpc"]
            bits += bpc.item() * y.numel()
            characters += y.numel()
        self.course.validation_bpc = bits / characters


def train_side_by_side(
    ours: Learner,
    theirs: Learner,
    data: CharacterData,
    steps: int,
    device: torch.device,
    on_step: Callable[[], object] = lambda: None,
) -> Learning:
    """Gives both the same batches, one after the other, then the text to validate with.

    Args:
        ours: learns with elman.RNN.
        theirs: learns with torch.nn.RNN.
        data: the text; it has been set up.
        steps: batches to learn from.
        device: where the networks are.
        on_step: called after each step.
    """
    for inputs, y, begins in itertools.islice(_endless(data.train_dataloader()), steps):
        for learner in (ours, theirs):
            learner.learn(inputs.to(device), y.to(device), begins)
        on_step()
    for learner in (ours, theirs):
        learner.validate(data.val_dataloader(), device)
    return Learning(ours.course, theirs.course, data.source)


def _endless(streams: Streams) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """The batches of the streams over and over, and whether each is the first of them."""
    while True:
        for batch, (inputs, y) in enumerate(streams):
            yield inputs, y, batch == 0
