"""Generates text with a trained network: `python scripts/generate.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("generate")
def main(config: DictConfig) -> None:
    """Prints the prompt and its continuation."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.tasks.language.generate import Generate, generate

    print(generate(read_values(Generate, config)))


if __name__ == "__main__":
    main()
