"""Text generation with a language model."""

import torch

from elman.data.vocabulary import Vocabulary
from elman.networks.language_model import LanguageModel


def generate_text(
    network: LanguageModel,
    vocabulary: Vocabulary,
    prompt: str,
    length: int,
    temperature: float,
    seed: int,
) -> str:
    """Generates the continuation of a prompt.

    Args:
        network: the language model.
        vocabulary: its characters.
        prompt: the beginning of the text.
        length: the number of characters to generate.
        temperature: see `LanguageModel.generate`.
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
        raise ValueError(f"prompt: it has characters {error}") from error
    device = next(network.parameters()).device
    generator = torch.Generator().manual_seed(seed)
    generated = network.generate(indices.to(device), length, temperature, generator)
    return prompt + vocabulary.decode(generated)
