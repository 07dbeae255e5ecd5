"""Text generation with a language model."""

import torch
from torch import nn

from elman.data.vocabulary import Vocabulary
from elman.networks.language_model import generate


def generate_text(
    network: nn.Module,
    vocabulary: Vocabulary,
    prompt: str,
    length: int,
    temperature: float,
    seed: int,
) -> str:
    """Generates the continuation of a prompt.

    Args:
        network: any language model, see `elman.networks.language_model.generate`.
        vocabulary: its characters.
        prompt: the beginning of the text.
        length: the number of characters to generate.
        temperature: see `elman.networks.language_model.generate`.
        seed: of the random number generator.

    Returns:
        The prompt and `length` characters after it.

    Raises:
        ValueError: the prompt is empty or has characters outside the vocabulary, or an argument
            is out of range.
    """
    try:
        indices = vocabulary.encode(prompt)
    except ValueError as error:
        raise ValueError(
            f"prompt must not have other characters than the training data: {error}"
        ) from error
    device = next(network.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    generated = generate(network, indices.to(device), length, temperature, generator)
    return prompt + vocabulary.decode(generated)
