"""How many characters a second a language model writes: one time step, one sequence at a time."""

from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from elman.comparison.timing import Timing, seconds_of, take_turns
from elman.layers import RNN
from elman.networks.language_model import LanguageModel

CHARACTERS, VOCABULARY, EMBEDDING, HIDDEN = 500, 84, 64, 256  # of the default experiment


def time_writing(rounds: int) -> dict[str, Timing]:
    """Seconds a character, by the name of the recurrent layer."""
    layers: dict[str, Callable[[int, int], nn.Module]] = {
        "elman.RNN": RNN,
        "torch.nn.RNN": nn.RNN,
    }
    networks = {
        name: LanguageModel(VOCABULARY, EMBEDDING, HIDDEN, layer).eval()
        for name, layer in layers.items()
    }
    return take_turns(
        {name: partial(_write, network) for name, network in networks.items()}, rounds
    )


def _write(network: LanguageModel) -> float:
    prompt = torch.zeros(1, dtype=torch.long)
    return seconds_of(partial(network.generate, prompt, CHARACTERS)) / CHARACTERS
