"""Translates: `python scripts/translate.py checkpoint=RUN text="Reset the filter"`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("translate")
def main(config: DictConfig) -> None:
    """Prints the translation of the text, or of each line of standard input."""
    from elman.tasks.translation.translate import (
        translate,
    )  # not needed for --help, which must be quick

    for translation in translate(config):
        print(translation, flush=True)


if __name__ == "__main__":
    main()
