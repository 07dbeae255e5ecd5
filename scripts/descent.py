"""Reports on the gradient descent of a training: `python scripts/descent.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("descent")
def main(config: DictConfig) -> None:
    """Prints which weights should change, and plots the path on the cost surface."""
    from elman.inspection.descent_report import (
        report_descent,
    )  # not needed for --help, which must be quick

    report_descent(config)


if __name__ == "__main__":
    main()
