"""Translates: `python scripts/translate.py checkpoint=RUN text="Reset the filter"`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("translate")
def main(config: DictConfig) -> None:
    """Prints the translation of the text, or of each line of standard input."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.tasks.translation.translate import Translate, translate

    for translation in translate(read_values(Translate, config)):
        print(translation, flush=True)


if __name__ == "__main__":
    main()
