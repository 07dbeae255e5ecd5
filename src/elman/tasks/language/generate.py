"""What `scripts/generate.py` does: it generates text with a trained language model."""

from omegaconf import DictConfig

from elman.tasks.language.data import CharacterData
from elman.tasks.language.generation import generate_text
from elman.training.checkpoint import restore


def generate(config: DictConfig) -> str:
    """Generates text with the network of a checkpoint.

    Args:
        config: composed from `conf/generate.yaml`.

    Returns:
        The prompt and its continuation. The Markdown marks of the plays are removed, see
        `CharacterData.printable`.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be read or holds no language model,
            the prompt has characters outside its vocabulary, or a value is out of range.
    """
    network, data, _ = restore(config.checkpoint, trust=config.trust)
    if not isinstance(data, CharacterData):
        raise ValueError(
            f"checkpoint: {config.checkpoint} was trained on {type(data).__name__}, not on text; "
            "give the run of a language model"
        )
    vocabulary = data.vocabulary
    prompt = vocabulary.characters[0] if config.prompt is None else str(config.prompt)
    text = generate_text(
        network, vocabulary, prompt, config.length, config.temperature, config.seed
    )
    return data.printable(text)
