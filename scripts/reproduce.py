"""Prints published results of recurrent networks beside ours: `python scripts/reproduce.py`."""

import sys

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("reproduce")
def main(config: DictConfig) -> None:
    """Trains the rows of the table and prints it; the exit code is 1 if a training failed."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.comparison.reproduction.reproduce import Reproduce, reproduce

    if not reproduce(read_values(Reproduce, config)):
        sys.exit(1)


if __name__ == "__main__":
    main()
