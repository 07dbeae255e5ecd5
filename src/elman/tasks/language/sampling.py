"""Text that a language model writes."""

import torch

from elman.data.vocabulary import Vocabulary
from elman.networks.language_model import LanguageModel


def write(
    network: LanguageModel,
    vocabulary: Vocabulary,
    prompt: str,
    length: int,
    temperature: float,
    seed: int,
) -> str:
    """`prompt`, and `length` characters more as the network goes on.

    Raises:
        ValueError: the prompt is empty or has characters that the network does not know, or a
            value is out of range.
    """
    try:
        numbers = vocabulary.encode(prompt)
    except ValueError as error:
        raise ValueError(f"prompt: it has characters {error}") from error
    device = next(network.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    written = network.generate(numbers.to(device), length, temperature, generator)
    return prompt + vocabulary.decode(written)
