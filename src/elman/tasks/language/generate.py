"""What `scripts/generate.py` does: it generates text with a trained language model."""

from dataclasses import dataclass

from elman.checks import check_from_to, check_seed, check_temperature
from elman.tasks.language.data import CharacterData
from elman.tasks.language.generation import generate_text
from elman.training.checkpoints.checkpoint import restore

MAX_TEMPERATURE = 1_000  # every character is equally probable
MAX_LENGTH = 10_000_000  # characters; more takes hours


@dataclass(frozen=True)
class Generate:
    """The values of `scripts/generate.py`, explained in `conf/generate.yaml`."""

    checkpoint: str
    trust: list[str]
    prompt: str | None
    length: int
    temperature: float
    seed: int

    def __post_init__(self) -> None:
        if self.prompt == "":
            raise ValueError("prompt must have at least one character")
        check_from_to("length", self.length, 0, MAX_LENGTH)
        check_temperature(self.temperature)
        if self.temperature > MAX_TEMPERATURE:
            raise ValueError(
                f"temperature must be at most {MAX_TEMPERATURE}, got {self.temperature}"
            )
        check_seed("seed", self.seed)


def generate(values: Generate) -> str:
    """Generates text with the network of a checkpoint.

    Args:
        values: of the script.

    Returns:
        The prompt and its continuation. The Markdown marks of the plays are removed, see
        `CharacterData.printable`.

    Raises:
        TypeError, ValueError, OSError: the checkpoint cannot be read or holds no language model,
            or the prompt has characters outside its vocabulary.
    """
    network, data, _ = restore(values.checkpoint, trust=values.trust)
    if not isinstance(data, CharacterData):
        raise ValueError(
            f"checkpoint: {values.checkpoint} was trained on {type(data).__name__}, not on text; "
            "give the run of a language model"
        )
    vocabulary = data.vocabulary
    prompt = vocabulary.characters[0] if values.prompt is None else values.prompt
    text = generate_text(
        network, vocabulary, prompt, values.length, values.temperature, values.seed
    )
    return data.printable(text)
