"""Reports on the gradient descent of a training: `python scripts/descent.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("descent")
def main(config: DictConfig) -> None:
    """Prints which weights should change, and plots the path on the cost surface."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.inspection.descent_report import Descent, report_descent

    report_descent(read_values(Descent, config))


if __name__ == "__main__":
    main()
