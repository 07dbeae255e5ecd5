"""Generates text with a trained network: `python scripts/generate.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.tasks.language.generate import generate


@entry_point("generate")
def main(config: DictConfig) -> None:
    """Prints the prompt and its continuation."""
    print(generate(config))


if __name__ == "__main__":
    main()
