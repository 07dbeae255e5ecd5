"""Lets a trained network write: `python scripts/generate.py checkpoint=RUN prompt="KING:"`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.tasks.language.generate import generate


@entry_point("generate")
def main(config: DictConfig) -> None:
    """Prints the prompt and what the network goes on with."""
    print(generate(config))


if __name__ == "__main__":
    main()
