"""The speed of text generation: a language model samples one sequence, one character at a time."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn
from torch.utils.benchmark import Measurement

from elman.comparison.implementations import TORCH
from elman.comparison.timing import interleave, step_timer
from elman.layers import RNN
from elman.networks.language_model import LanguageModel

CHARACTERS, VOCABULARY, EMBEDDING, HIDDEN = 500, 84, 64, 256  # as in experiment=shakespeare


def measure_generation(rounds: int) -> dict[str, Measurement]:
    """The time to generate `CHARACTERS` characters, by the name of the recurrent layer."""
    layers: dict[str, Callable[[int, int], nn.Module]] = {"elman.RNN": RNN, TORCH: nn.RNN}
    prompt = torch.zeros(1, dtype=torch.long)
    timers = {}
    for name, layer in layers.items():
        network = LanguageModel(VOCABULARY, EMBEDDING, HIDDEN, layer).eval()
        timers[name] = step_timer(partial(network.generate, prompt, CHARACTERS))
    return interleave(timers, rounds)
