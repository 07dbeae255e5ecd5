"""The speed of training and inference, measured by one function for all scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch.utils.benchmark import Measurement

from elman.comparison.implementations import ELMAN, TORCH, Call, Implementation
from elman.comparison.ratios import ratio_sentence
from elman.comparison.sizes import Sizes
from elman.comparison.timing import interleave, step_timer

KINDS = {"train": "Training step", "inference": "Inference"}


@dataclass(frozen=True)
class Speed:
    """The times of several implementations at one choice of sizes.

    Attributes:
        sizes: of the layer and its input.
        train: times of a training step, by implementation.
        inference: times of a forward pass in `torch.inference_mode`, by implementation.
        elman: the name of elman.RNN among them.
    """

    sizes: Sizes
    train: Mapping[str, Measurement]
    inference: Mapping[str, Measurement]
    elman: str = ELMAN

    def ratio(self, kind: str, name: str = TORCH, to: str | None = None) -> float:
        """The median time of one implementation divided by that of another.

        Args:
            kind: "train" or "inference".
            name: the numerator.
            to: the denominator; None: elman.RNN.
        """
        measured: Mapping[str, Measurement] = getattr(self, kind)
        return measured[name].median / measured[to or self.elman].median


def measure_speed(
    sizes: Sizes, implementations: Mapping[str, Implementation], rounds: int, elman: str = ELMAN
) -> Speed:
    """Times all implementations, interleaved; training first, then inference.

    Args:
        sizes: of the layer and its input.
        implementations: by name; torch.nn.RNN must be one of them.
        rounds: measurements per implementation, at least 2.
        elman: the name of elman.RNN among them.

    Raises:
        RuntimeError: an implementation does not compute the states of torch.nn.RNN.
    """
    _check_agreement(implementations)
    train = {name: each.train for name, each in implementations.items() if each.train is not None}
    inference = {name: each.inference for name, each in implementations.items()}
    return Speed(sizes, _interleaved(train, rounds), _interleaved(inference, rounds), elman)


def _interleaved(steps: Mapping[str, Call], rounds: int) -> dict[str, Measurement]:
    return interleave({name: step_timer(step) for name, step in steps.items()}, rounds)


def _check_agreement(implementations: Mapping[str, Implementation]) -> None:
    expected = implementations[TORCH].inference().cpu()
    for name, implementation in implementations.items():
        states = torch.as_tensor(implementation.inference()).cpu()
        if not torch.allclose(states, expected, rtol=1e-3, atol=1e-3):
            raise RuntimeError(f"{name} does not compute the states of {TORCH}")


def speed_summary(speeds: Sequence[Speed], kind: str, name: str = TORCH) -> str:
    """How long an implementation takes relative to elman.RNN, over all sizes."""
    ratios = {speed.sizes: speed.ratio(kind, name) for speed in speeds}
    return ratio_sentence(f"{name} takes", ratios, "as long as elman.RNN", "elman.RNN is slower")
