"""Compares elman.RNN with torch.nn.RNN: `python scripts/compare.py --help`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("compare")
def main(config: DictConfig) -> None:
    """Runs the comparison and writes the report."""
    from elman.comparison.compare import compare  # not needed for --help, which must be quick

    compare(config)


if __name__ == "__main__":
    main()
