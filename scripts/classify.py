"""Classifies sequences: `python scripts/classify.py checkpoint=RUN text=Kowalczyk`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("classify")
def main(config: DictConfig) -> None:
    """Prints the most probable classes of each sequence."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.tasks.classification.classify import Classify, classify

    for line in classify(read_values(Classify, config)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
