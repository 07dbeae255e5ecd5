"""Compares elman.RNN with torch.nn.RNN: `python scripts/compare.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("compare")
def main(config: DictConfig) -> None:
    """Runs the comparison and writes the report."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.comparison.compare import Compare, compare

    compare(read_values(Compare, config))


if __name__ == "__main__":
    main()
