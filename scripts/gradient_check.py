"""Checks gradients with finite differences: `python scripts/gradient_check.py network=NAME`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("gradient_check")
def main(config: DictConfig) -> None:
    """Prints the largest difference for each tensor; fails if a gradient is wrong."""
    from elman.inspection.gradient_check.report import (
        gradient_check,
    )  # not needed for --help, which must be quick

    gradient_check(config)


if __name__ == "__main__":
    main()
