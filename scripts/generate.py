"""Generates text with a trained network: `python scripts/generate.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("generate")
def main(config: DictConfig) -> None:
    """Prints the prompt and its continuation."""
    from elman.tasks.language.generate import generate  # not needed for --help, which must be quick

    print(generate(config))


if __name__ == "__main__":
    main()
