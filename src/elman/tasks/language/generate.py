"""Text that a language model writes."""

from omegaconf import DictConfig

from elman.networks.language_model import LanguageModel
from elman.tasks.language.data import CharacterData
from elman.tasks.language.sampling import write
from elman.training.checkpoint import restore


def generate(config: DictConfig) -> str:
    """What a checkpoint's network writes.

    Args:
        config: as composed from `conf/generate.yaml`.

    Returns:
        The prompt and its continuation.

    Raises:
        TypeError, ValueError, OSError: the checkpoint is not to be had, the prompt has characters
            that it does not know, or a value is out of range.
    """
    network, data, _ = restore(config.checkpoint)
    if not isinstance(network, LanguageModel) or not isinstance(data, CharacterData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} holds a {type(network).__name__}, which does not "
            "write text; give the run of a language model"
        )
    vocabulary = data.vocabulary
    prompt = vocabulary.characters[0] if config.prompt is None else str(config.prompt)
    return write(network, vocabulary, prompt, config.length, config.temperature, config.seed)
