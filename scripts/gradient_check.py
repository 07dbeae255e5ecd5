"""Checks gradients with finite differences: `python scripts/gradient_check.py network=NAME`."""

from omegaconf import DictConfig

from elman.cli import entry_point


@entry_point("gradient_check")
def main(config: DictConfig) -> None:
    """Prints the largest difference for each tensor; fails if a gradient is wrong."""
    # not needed for --help, which must be quick
    from elman.cli.values import read_values
    from elman.inspection.gradient_check.report import GradientCheck, gradient_check

    gradient_check(read_values(GradientCheck, config))


if __name__ == "__main__":
    main()
