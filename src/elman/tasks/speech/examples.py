"""Examples of a speech data set, and the conditions of a test."""

from typing import NamedTuple

from torch import Tensor

Inputs = tuple[Tensor, Tensor]  # X (T, B, I), and the lengths in time steps, (B)
Target = tuple[Tensor, Tensor, Tensor]  # characters (B, S), their lengths (B), conditions (B)


class Condition(NamedTuple):
    """A condition under which the network is validated and tested.

    Attributes:
        name: the end of the names of its metrics.
        split: the name of the split that it uses.
        snr: signal-to-noise ratio in dB; infinity: no added noise.
    """

    name: str
    split: str
    snr: float


class Example(NamedTuple):
    """An utterance and how its features are computed.

    Attributes:
        waveform: `(N)`.
        characters: indices of the characters of its text, from 1, `(S)`.
        condition: index of the condition; None: random augmentation, for training.
        seed: of the noise.
    """

    waveform: Tensor
    characters: Tensor
    condition: int | None = None
    seed: int = 0
