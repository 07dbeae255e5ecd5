"""Shows how a network came down the cost: `python scripts/descent.py checkpoint=RUN`."""

from omegaconf import DictConfig

from elman.cli import entry_point
from elman.inspection.descent_report import show_descent


@entry_point("descent")
def main(config: DictConfig) -> None:
    """Prints which weights should change, and draws the way down."""
    show_descent(config)


if __name__ == "__main__":
    main()
